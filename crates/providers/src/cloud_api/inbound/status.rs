//! One status of a message of ours.

use domain::{
    ports::{Fact, StatusUpdate},
    status::MessageStatus,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    super::errors,
    envelope::unsupported,
    party::Contacts,
    raw::{self, Raw},
};

#[derive(Deserialize)]
struct RawStatus<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    status: Raw<'a>,
    #[serde(borrow, default)]
    timestamp: Raw<'a>,
    #[serde(borrow, default)]
    recipient_id: Raw<'a>,
    #[serde(borrow, default)]
    recipient_user_id: Raw<'a>,
    #[serde(borrow, default)]
    recipient_type: Raw<'a>,
    #[serde(borrow, default)]
    biz_opaque_callback_data: Raw<'a>,
    #[serde(borrow, default)]
    errors: Raw<'a>,
}

pub(super) fn read(element: &RawValue, contacts: &Contacts) -> Fact {
    let Some(raw_status) = raw::object::<RawStatus<'_>>(Some(element)) else {
        return unsupported("status:unreadable");
    };
    if raw::text(raw_status.recipient_type).as_deref() == Some("group") {
        return unsupported("status:group");
    }
    let name = raw::filled(raw_status.status).unwrap_or_else(|| "none".to_owned());
    let status = match name.as_str() {
        "sent" => MessageStatus::Sent,
        "delivered" => MessageStatus::Delivered,
        "read" => MessageStatus::Read,
        "played" => MessageStatus::Played,
        "failed" => MessageStatus::Failed,
        other => return unsupported(format!("status:{}", raw::kind(other))),
    };
    let Some(provider_id) = raw::filled(raw_status.id) else {
        return unsupported("status:no_id");
    };
    let Some(at) = raw::timestamp(raw_status.timestamp) else {
        return unsupported("status:no_time");
    };
    let error = raw::items(raw_status.errors)
        .into_iter()
        .next()
        .and_then(raw::tree);
    Fact::Status(Box::new(StatusUpdate {
        provider_id,
        status,
        at,
        message_id: raw::text(raw_status.biz_opaque_callback_data).and_then(|data| data.parse().ok()),
        recipient: contacts.party(raw_status.recipient_id, raw_status.recipient_user_id),
        error: error
            .filter(|_| status == MessageStatus::Failed)
            .and_then(|error| errors::code_and_words(&error)),
    }))
}

//! One status of a message of ours.

use domain::{
    ports::{Fact, Pricing, StatusUpdate},
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
    recipient_parent_user_id: Raw<'a>,
    #[serde(borrow, default)]
    parent_recipient_user_id: Raw<'a>,
    #[serde(borrow, default)]
    errors: Raw<'a>,
    #[serde(borrow, default)]
    pricing: Raw<'a>,
    #[serde(borrow, default)]
    conversation: Raw<'a>,
}

#[derive(Deserialize)]
struct RawPricing<'a> {
    #[serde(borrow, default)]
    billable: Raw<'a>,
    #[serde(borrow, default)]
    pricing_model: Raw<'a>,
    #[serde(borrow, default, rename = "type")]
    kind: Raw<'a>,
    #[serde(borrow, default)]
    category: Raw<'a>,
}

#[derive(Deserialize)]
struct Conversation<'a> {
    #[serde(borrow, default)]
    expiration_timestamp: Raw<'a>,
    #[serde(borrow, default)]
    origin: Raw<'a>,
}

#[derive(Deserialize)]
struct Origin<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Raw<'a>,
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
        pricing: pricing(raw_status.pricing, raw_status.conversation),
        recipient: contacts.party(
            raw_status.recipient_id,
            raw_status.recipient_user_id,
            raw_status
                .recipient_parent_user_id
                .or(raw_status.parent_recipient_user_id),
        ),
        error: error
            .filter(|_| status == MessageStatus::Failed)
            .and_then(|error| errors::code_and_words(&error)),
    }))
}

/// The free entry point has a conversation with an end; other conversations of old versions mean nothing any more.
fn pricing(raw_pricing: Raw<'_>, raw_conversation: Raw<'_>) -> Pricing {
    let word = |raw: Raw<'_>| raw::filled(raw).map(|word| raw::kind(&word).replace('-', "_"));
    let mut pricing = raw::object::<RawPricing<'_>>(raw_pricing)
        .map(|pricing| Pricing {
            billable: raw::boolean(pricing.billable),
            model: word(pricing.pricing_model),
            kind: word(pricing.kind),
            category: word(pricing.category),
            free_until: None,
        })
        .unwrap_or_default();
    let entry = raw::object::<Conversation<'_>>(raw_conversation).filter(|conversation| {
        let origin = raw::object::<Origin<'_>>(conversation.origin).and_then(|origin| word(origin.kind));
        pricing.proves_free_entry() || origin.as_deref() == Some("referral_conversion")
    });
    pricing.free_until = entry.and_then(|conversation| raw::timestamp(conversation.expiration_timestamp));
    pricing
}

//! One inbound message.

use domain::ports::{Fact, InboundMessage};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    content,
    envelope::unsupported,
    party::Contacts,
    raw::{self, Raw},
};

/// The parts of a message that this version looks at.
#[derive(Deserialize)]
pub(super) struct RawMessage<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    from: Raw<'a>,
    #[serde(borrow, default)]
    from_user_id: Raw<'a>,
    #[serde(borrow, default)]
    group_id: Raw<'a>,
    #[serde(borrow, default)]
    timestamp: Raw<'a>,
    #[serde(borrow, default)]
    context: Raw<'a>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) text: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) image: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) video: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) audio: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) document: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) sticker: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) location: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) contacts: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) reaction: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) button: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) interactive: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) system: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) unsupported: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) errors: Raw<'a>,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
}

/// A message that names its id, its sender and its time is kept even when its content is not understood.
pub(super) fn read(element: &RawValue, contacts: &Contacts) -> Fact {
    let Some(message) = raw::object::<RawMessage<'_>>(Some(element)) else {
        return unsupported("message:unreadable");
    };
    if message.group_id.is_some() {
        return unsupported("message:group");
    }
    let Some(provider_id) = raw::filled(message.id) else {
        return unsupported("message:no_id");
    };
    let Some(sent_at) = raw::timestamp(message.timestamp) else {
        return unsupported("message:no_time");
    };
    let from = contacts.party(message.from, message.from_user_id);
    if from.is_empty() {
        return unsupported("message:no_sender");
    }
    let reply_to = raw::object::<Context<'_>>(message.context).and_then(|context| raw::filled(context.id));
    let content = content::read(&message);
    Fact::Message(Box::new(InboundMessage {
        provider_id,
        sent_at,
        from,
        content,
        reply_to,
    }))
}

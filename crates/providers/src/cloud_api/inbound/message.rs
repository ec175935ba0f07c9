//! One message: a customer's, or a copy of one that the business sent another way.

use domain::{
    channel::Party,
    content::{Direction, Forwarded, Referral, Source},
    ports::{Fact, IdentityChange, InboundMessage, Revision},
    status::MessageStatus,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    content,
    envelope::unsupported,
    party::{self, Contacts},
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
    from_parent_user_id: Raw<'a>,
    #[serde(borrow, default)]
    to: Raw<'a>,
    #[serde(borrow, default)]
    to_user_id: Raw<'a>,
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
    pub(super) order: Raw<'a>,
    #[serde(borrow, default)]
    edit: Raw<'a>,
    #[serde(borrow, default)]
    revoke: Raw<'a>,
    #[serde(borrow, default)]
    referral: Raw<'a>,
    #[serde(borrow, default)]
    history_context: Raw<'a>,
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
    #[serde(borrow, default)]
    forwarded: Raw<'a>,
    #[serde(borrow, default)]
    frequently_forwarded: Raw<'a>,
}

#[derive(Deserialize)]
struct RawReferral<'a> {
    #[serde(borrow, default)]
    source_type: Raw<'a>,
    #[serde(borrow, default)]
    source_id: Raw<'a>,
    #[serde(borrow, default)]
    source_url: Raw<'a>,
    #[serde(borrow, default)]
    headline: Raw<'a>,
    #[serde(borrow, default)]
    body: Raw<'a>,
    #[serde(borrow, default)]
    ctwa_clid: Raw<'a>,
}

#[derive(Deserialize)]
struct System<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Raw<'a>,
    #[serde(borrow, default)]
    wa_id: Raw<'a>,
    #[serde(borrow, default)]
    user_id: Raw<'a>,
    #[serde(borrow, default)]
    previous_user_id: Raw<'a>,
    #[serde(borrow, default)]
    parent_user_id: Raw<'a>,
}

#[derive(Deserialize)]
struct RawRevision<'a> {
    #[serde(borrow, default)]
    original_message_id: Raw<'a>,
    #[serde(borrow, default)]
    message: Raw<'a>,
}

#[derive(Deserialize)]
struct HistoryContext<'a> {
    #[serde(borrow, default)]
    status: Raw<'a>,
}

/// Where a message stood: what the element itself does not say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) source: Source,
    /// Digits of the business's own number; history tells by it which way a message went.
    pub(super) business_phone: Option<&'a str>,
    /// The customer's phone, as the thread of a history names it.
    pub(super) thread: Raw<'a>,
}

/// What customers write to us now.
pub(super) const LIVE: Frame<'static> = Frame {
    source: Source::Live,
    business_phone: None,
    thread: None,
};

/// A message that names its id, its sender and its time is kept even when its content is not understood.
pub(super) fn read(element: &RawValue, contacts: &Contacts, frame: Frame<'_>) -> Fact {
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
    let (direction, customer) = sides(&message, contacts, frame);
    if customer.is_empty() {
        return unsupported("message:no_sender");
    }
    let kind = raw::filled(message.kind).unwrap_or_default();
    if let Some(revision) = revision(&kind, &message) {
        let (target_provider_id, content) = revision;
        return Fact::Revision(Box::new(Revision {
            provider_id,
            target_provider_id,
            direction,
            content,
            at: sent_at,
        }));
    }
    let identity = identity(&kind, &message, &customer);
    let context = raw::object::<Context<'_>>(message.context);
    let source = match frame.source {
        Source::History if kind == "media_placeholder" => Source::Placeholder,
        source => source,
    };
    Fact::Message(Box::new(InboundMessage {
        provider_id,
        sent_at,
        source,
        direction,
        content: content::read(&message),
        reply_to: context.as_ref().and_then(|context| raw::filled(context.id)),
        referral: referral(message.referral),
        forwarded: context.as_ref().and_then(forwarded),
        status: status(direction, &message),
        customer: identity.as_ref().map_or(customer, |(after, _)| after.clone()),
        identity: identity.map(|(_, before)| before),
    }))
}

/// Which way it went, and who the customer is.
fn sides(message: &RawMessage<'_>, contacts: &Contacts, frame: Frame<'_>) -> (Direction, Party) {
    let ours = match frame.source {
        Source::Live => false,
        Source::Echo => true,
        Source::History | Source::Placeholder => {
            frame.business_phone.is_some() && party::phone(message.from).as_deref() == frame.business_phone
        }
    };
    if ours {
        let to = message.to.or(frame.thread);
        return (Direction::Outbound, contacts.party(to, message.to_user_id, None));
    }
    let from = message.from.or(frame.thread);
    (
        Direction::Inbound,
        contacts.party(from, message.from_user_id, message.from_parent_user_id),
    )
}

/// How far a message of the business came, as its history tells.
fn status(direction: Direction, message: &RawMessage<'_>) -> MessageStatus {
    if direction == Direction::Inbound {
        return MessageStatus::Received;
    }
    let told = raw::object::<HistoryContext<'_>>(message.history_context)
        .and_then(|context| raw::filled(context.status))
        .unwrap_or_default();
    match told.to_ascii_lowercase().as_str() {
        "delivered" => MessageStatus::Delivered,
        "read" => MessageStatus::Read,
        "played" => MessageStatus::Played,
        "error" | "failed" => MessageStatus::Failed,
        _ => MessageStatus::Sent,
    }
}

fn forwarded(context: &Context<'_>) -> Option<Forwarded> {
    if raw::flag(context.frequently_forwarded) {
        return Some(Forwarded::Frequently);
    }
    raw::flag(context.forwarded).then_some(Forwarded::Forwarded)
}

fn referral(raw_referral: Raw<'_>) -> Option<Referral> {
    let referral = raw::object::<RawReferral<'_>>(raw_referral)?;
    Some(Referral {
        source_type: raw::filled(referral.source_type),
        source_id: raw::filled(referral.source_id),
        source_url: raw::filled(referral.source_url),
        headline: raw::filled(referral.headline),
        body: raw::filled(referral.body),
        click_id: raw::filled(referral.ctwa_clid),
    })
}

/// The message that is changed, and what it holds now; `None` inside for one that was taken back.
fn revision(kind: &str, message: &RawMessage<'_>) -> Option<(String, Option<domain::content::Content>)> {
    let part = match kind {
        "edit" => message.edit,
        "revoke" => message.revoke,
        _ => return None,
    };
    let revision = raw::object::<RawRevision<'_>>(part)?;
    let target = raw::filled(revision.original_message_id)?;
    if kind == "revoke" {
        return Some((target, None));
    }
    let inner = raw::object::<RawMessage<'_>>(revision.message)?;
    match content::read(&inner) {
        // What is not understood must not take the place of what is.
        domain::content::Content::Unsupported { .. } => None,
        content => Some((target, Some(content))),
    }
}

/// Who the customer is from now on, and what named them before.
fn identity(kind: &str, message: &RawMessage<'_>, sender: &Party) -> Option<(Party, IdentityChange)> {
    if kind != "system" {
        return None;
    }
    let system = raw::object::<System<'_>>(message.system)?;
    let (phone, user_id) = (party::phone(system.wa_id), party::user_id(system.user_id));
    let changed = raw::text(system.kind).is_some_and(|kind| kind.starts_with("user_changed_"));
    if !changed || (phone.is_none() && user_id.is_none()) {
        return None;
    }
    let previous = party::user_id(system.previous_user_id);
    let before = IdentityChange {
        user_id: previous.or_else(|| sender.user_id.clone()),
        phone: sender.phone.clone(),
    };
    // Without a new user id the old one stays.
    let after = Party {
        phone,
        user_id: user_id.or_else(|| before.user_id.clone()),
        username: None,
        profile_name: None,
        parent_user_id: party::user_id(system.parent_user_id),
    };
    Some((after, before))
}

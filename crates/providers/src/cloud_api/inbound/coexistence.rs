//! What a number shares with the WhatsApp Business app, and what customers wish: echoes, history, the address book and
//! preferences.

use domain::{
    content::Source,
    ports::{AddressBookEntry, Fact, Preference},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    envelope::{self, Value, listed, unsupported},
    message::{self, Frame},
    party::Contacts,
    raw::{self, Raw},
};

/// The only category of preferences that exists.
const MARKETING: &str = "marketing_messages";

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    threads: Raw<'a>,
    #[serde(borrow, default)]
    errors: Raw<'a>,
}

#[derive(Deserialize)]
struct Thread<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    messages: Raw<'a>,
}

#[derive(Deserialize)]
struct StateSync<'a> {
    #[serde(borrow, default)]
    contact: Raw<'a>,
    #[serde(borrow, default)]
    action: Raw<'a>,
    #[serde(borrow, default)]
    metadata: Raw<'a>,
}

#[derive(Deserialize)]
struct BookContact<'a> {
    #[serde(borrow, default)]
    full_name: Raw<'a>,
    #[serde(borrow, default)]
    first_name: Raw<'a>,
    #[serde(borrow, default)]
    phone_number: Raw<'a>,
    #[serde(borrow, default)]
    user_id: Raw<'a>,
}

#[derive(Deserialize)]
struct SyncMetadata<'a> {
    #[serde(borrow, default)]
    timestamp: Raw<'a>,
}

#[derive(Deserialize)]
struct RawPreference<'a> {
    #[serde(borrow, default)]
    wa_id: Raw<'a>,
    #[serde(borrow, default)]
    user_id: Raw<'a>,
    #[serde(borrow, default)]
    category: Raw<'a>,
    #[serde(borrow, default)]
    value: Raw<'a>,
    #[serde(borrow, default)]
    timestamp: Raw<'a>,
}

/// Copies of what the business wrote in its app.
pub(super) fn echoes(value: &Value<'_>) -> Vec<Fact> {
    let contacts = Contacts::read(value.contacts);
    let frame = Frame {
        source: Source::Echo,
        ..message::LIVE
    };
    each(value.message_echoes, "message_echoes", |element| {
        vec![message::read(element, &contacts, frame)]
    })
}

/// Messages from before the number was connected.
pub(super) fn history(value: &Value<'_>) -> Vec<Fact> {
    let contacts = Contacts::read(value.contacts);
    let business_phone = value.business_phone();
    let mut facts = each(value.history, "history", |element| {
        let Some(chunk) = raw::object::<Chunk<'_>>(Some(element)) else {
            return vec![unsupported("history:unreadable")];
        };
        let mut facts = envelope::errors(chunk.errors, "history");
        facts.extend(each(chunk.threads, "threads", |element| {
            let Some(thread) = raw::object::<Thread<'_>>(Some(element)) else {
                return vec![unsupported("thread:unreadable")];
            };
            let frame = Frame {
                source: Source::History,
                business_phone: business_phone.as_deref(),
                thread: thread.id,
            };
            each(thread.messages, "messages", |element| {
                vec![message::read(element, &contacts, frame)]
            })
        }));
        facts
    });
    facts.extend(envelope::errors(value.errors, "history"));
    facts
}

/// The app's address book.
pub(super) fn address_book(value: &Value<'_>) -> Vec<Fact> {
    each(value.state_sync, "state_sync", |element| {
        vec![entry(element).unwrap_or_else(|| unsupported("state_sync:unreadable"))]
    })
}

fn entry(element: &RawValue) -> Option<Fact> {
    let sync = raw::object::<StateSync<'_>>(Some(element))?;
    let contact = raw::object::<BookContact<'_>>(sync.contact)?;
    let customer = Contacts::read(None).party(contact.phone_number, contact.user_id, None);
    let removed = match raw::filled(sync.action)?.as_str() {
        "add" => false,
        "remove" => true,
        _ => return None,
    };
    let name = raw::filled(contact.full_name)
        .or_else(|| raw::filled(contact.first_name))
        .filter(|_| !removed);
    if customer.is_empty() || (name.is_none() && !removed) {
        return None;
    }
    let metadata = raw::object::<SyncMetadata<'_>>(sync.metadata)?;
    Some(Fact::AddressBook(Box::new(AddressBookEntry {
        customer,
        name: name.map(|name| name.chars().take(super::party::MAX_NAME).collect()),
        at: raw::timestamp(metadata.timestamp)?,
    })))
}

/// Wishes about marketing.
pub(super) fn preferences(value: &Value<'_>) -> Vec<Fact> {
    let contacts = Contacts::read(value.contacts);
    each(value.user_preferences, "user_preferences", |element| {
        vec![preference(element, &contacts).unwrap_or_else(|| unsupported("user_preferences:unreadable"))]
    })
}

fn preference(element: &RawValue, contacts: &Contacts) -> Option<Fact> {
    let preference = raw::object::<RawPreference<'_>>(Some(element))?;
    if raw::text(preference.category).as_deref() != Some(MARKETING) {
        return None;
    }
    let word = raw::filled(preference.value)?;
    let granted = match word.as_str() {
        "stop" => false,
        "resume" | "signup" => true,
        _ => return None,
    };
    let customer = contacts.party(preference.wa_id, preference.user_id, None);
    (!customer.is_empty()).then_some(())?;
    Some(Fact::Preference(Box::new(Preference {
        customer,
        granted,
        word,
        at: raw::timestamp(preference.timestamp)?,
    })))
}

fn each(raw_list: Raw<'_>, name: &str, read: impl Fn(&RawValue) -> Vec<Fact>) -> Vec<Fact> {
    listed(raw_list, name)
        .into_iter()
        .flat_map(|found| match found {
            Ok(element) => read(element),
            Err(fact) => vec![fact],
        })
        .collect()
}

//! The envelope: entries, changes, and what each field brings.

use domain::ports::{Change, Fact};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    coexistence, management, message,
    party::{self, Contacts},
    raw::{self, Raw},
    status,
};

const UNREADABLE: &str = "unreadable";
/// Fields whose entry id may be a business portfolio's; the WABA is named inside.
const WABA_INSIDE: [&str; 2] = ["account_update", "partner_solutions"];

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    entry: Raw<'a>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    time: Raw<'a>,
    #[serde(borrow, default)]
    changes: Raw<'a>,
}

#[derive(Deserialize)]
struct RawChange<'a> {
    #[serde(borrow, default)]
    field: Raw<'a>,
    #[serde(borrow, default)]
    value: Raw<'a>,
}

/// What the value of a field about messages may hold.
#[derive(Deserialize)]
pub(super) struct Value<'a> {
    #[serde(borrow, default)]
    metadata: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) contacts: Raw<'a>,
    #[serde(borrow, default)]
    messages: Raw<'a>,
    #[serde(borrow, default)]
    statuses: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) errors: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) message_echoes: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) history: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) state_sync: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) user_preferences: Raw<'a>,
    #[serde(borrow, default)]
    user_actions: Raw<'a>,
    #[serde(borrow, default)]
    phone_number_id: Raw<'a>,
    #[serde(borrow, default)]
    waba_info: Raw<'a>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow, default)]
    phone_number_id: Raw<'a>,
    #[serde(borrow, default)]
    display_phone_number: Raw<'a>,
}

impl Value<'_> {
    /// Digits of the business's own number.
    pub(super) fn business_phone(&self) -> Option<String> {
        party::phone(raw::object::<Metadata<'_>>(self.metadata)?.display_phone_number)
    }
}

#[derive(Deserialize)]
struct WabaInfo<'a> {
    #[serde(borrow, default)]
    waba_id: Raw<'a>,
}

/// Every change of a body; one unreadable change when there is none to be found.
pub(super) fn changes(body: &[u8]) -> Vec<Change> {
    let text = String::from_utf8_lossy(body);
    let mut changes = Vec::new();
    let whole = serde_json::from_str::<&RawValue>(&text).ok();
    for entry in raw::items(raw::object::<Body<'_>>(whole).and_then(|body| body.entry)) {
        read_entry(entry, &mut changes);
    }
    if changes.is_empty() {
        changes.push(unreadable(None));
    }
    for (index, change) in changes.iter_mut().enumerate() {
        change.index = u32::try_from(index).unwrap_or(u32::MAX);
    }
    changes
}

fn unreadable(waba_id: Option<String>) -> Change {
    let facts = vec![unsupported(UNREADABLE)];
    Change {
        index: 0,
        provider_waba_id: waba_id,
        provider_number_id: None,
        field: UNREADABLE.to_owned(),
        facts,
    }
}

pub(super) fn unsupported(what: impl Into<String>) -> Fact {
    Fact::Unsupported { what: what.into() }
}

fn read_entry(raw_entry: &RawValue, into: &mut Vec<Change>) {
    let Some(entry) = raw::object::<Entry<'_>>(Some(raw_entry)) else {
        into.push(unreadable(None));
        return;
    };
    let waba_id = raw::filled(entry.id);
    let found = raw::items(entry.changes);
    if found.is_empty() {
        into.push(unreadable(waba_id));
        return;
    }
    into.extend(
        found
            .into_iter()
            .map(|change| read_change(change, waba_id.clone(), entry.time)),
    );
}

fn read_change(raw_change: &RawValue, waba_id: Option<String>, time: Raw<'_>) -> Change {
    let change = raw::object::<RawChange<'_>>(Some(raw_change));
    let Some((change, field)) =
        change.and_then(|change| raw::filled(change.field).map(|field| (change, field)))
    else {
        return unreadable(waba_id);
    };
    let value = raw::object::<Value<'_>>(change.value);
    let field = raw::kind(&field);
    let inside = value
        .as_ref()
        .filter(|_| WABA_INSIDE.contains(&field.as_str()))
        .and_then(|value| {
            raw::object::<WabaInfo<'_>>(value.waba_info).and_then(|info| raw::filled(info.waba_id))
        });
    let provider_number_id = value.as_ref().and_then(|value| {
        let metadata = raw::object::<Metadata<'_>>(value.metadata);
        metadata
            .and_then(|metadata| raw::filled(metadata.phone_number_id))
            .or_else(|| raw::filled(value.phone_number_id))
    });
    let provider_waba_id = inside.or(waba_id);
    let facts = match (field.as_str(), &value) {
        ("messages", Some(value)) => facts(value),
        ("messages", None) => vec![unsupported(UNREADABLE)],
        ("smb_message_echoes", Some(value)) => coexistence::echoes(value),
        ("history", Some(value)) => coexistence::history(value),
        ("smb_app_state_sync", Some(value)) => coexistence::address_book(value),
        ("user_preferences", Some(value)) => coexistence::preferences(value),
        (other, _) => management::read(other, change.value, provider_waba_id.as_deref(), time),
    };
    let facts = if facts.is_empty() {
        vec![unsupported(format!("field:{field}"))]
    } else {
        facts
    };
    Change {
        index: 0,
        provider_waba_id,
        provider_number_id,
        field,
        facts,
    }
}

fn facts(value: &Value<'_>) -> Vec<Fact> {
    let contacts = Contacts::read(value.contacts);
    let mut facts = Vec::new();
    facts.extend(
        listed(value.messages, "messages")
            .into_iter()
            .map(|found| match found {
                Ok(message) => message::read(message, &contacts, message::LIVE),
                Err(fact) => fact,
            }),
    );
    facts.extend(
        listed(value.statuses, "statuses")
            .into_iter()
            .map(|found| match found {
                Ok(status) => status::read(status, &contacts),
                Err(fact) => fact,
            }),
    );
    facts.extend(errors(value.errors, "errors"));
    if value.user_actions.is_some() {
        facts.push(unsupported("user_actions"));
    }
    if facts.is_empty() {
        facts.push(unsupported("messages:empty"));
    }
    facts
}

/// Errors in place of what a field is about.
pub(super) fn errors(raw_errors: Raw<'_>, name: &str) -> Vec<Fact> {
    let told = |error| {
        let code = raw::tree(error).and_then(|error| Some(super::super::errors::code_and_words(&error)?.0));
        unsupported(code.map_or_else(|| name.to_owned(), |code| format!("{name}:{code}")))
    };
    raw::items(raw_errors).into_iter().map(told).collect()
}

/// The elements of a list that should be one; something else in its place is told, not dropped.
pub(super) fn listed<'a>(raw_list: Raw<'a>, name: &str) -> Vec<Result<&'a RawValue, Fact>> {
    let found = raw::items(raw_list);
    let strange = raw_list.is_some_and(|list| found.is_empty() && !is_empty_list(list));
    let told = strange.then(|| Err(unsupported(format!("{name}:{UNREADABLE}"))));
    found.into_iter().map(Ok).chain(told).collect()
}

fn is_empty_list(list: &RawValue) -> bool {
    list.get()
        .chars()
        .all(|c| matches!(c, '[' | ']') || c.is_ascii_whitespace())
}

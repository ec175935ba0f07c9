//! Fields about templates, numbers and accounts.

mod numbers;
mod templates;

use domain::ports::Fact;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::raw::{self, Raw};

/// An update as the field brought it.
struct Update<'a> {
    /// The same for every delivery of it.
    key: String,
    value: &'a Value,
    at: Option<OffsetDateTime>,
}

/// Facts of a field that is about no message; none when it is not understood.
pub(super) fn read(field: &str, raw_value: Raw<'_>, waba: Option<&str>, time: Raw<'_>) -> Vec<Fact> {
    let at = raw::timestamp(time);
    let Some(value) = raw_value.and_then(raw::tree).filter(Value::is_object) else {
        return Vec::new();
    };
    let update = Update {
        key: key(field, waba, &value, at),
        value: &value,
        at,
    };
    templates::read(field, &update)
        .or_else(|| numbers::read(field, &update))
        .unwrap_or_default()
}

/// A hash of what names this update: a repeated delivery is the same bytes, and the time tells two equal ones apart.
fn key(field: &str, waba: Option<&str>, value: &Value, at: Option<OffsetDateTime>) -> String {
    let time = at.map(OffsetDateTime::unix_timestamp).unwrap_or_default();
    let hash = Sha256::new()
        .chain_update(field)
        .chain_update([0])
        .chain_update(waba.unwrap_or_default())
        .chain_update([0])
        .chain_update(time.to_be_bytes())
        .chain_update(value.to_string());
    hex::encode(hash.finalize())
}

/// A text with something in it, or a number as its digits.
fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) if !text.is_empty() => Some(text.replace('\0', "")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A word of the provider's, in capitals.
fn word(value: &Value, pointer: &str) -> Option<String> {
    text(value, pointer).map(|word| raw::kind(&word).to_ascii_uppercase())
}

/// What else an update says, by these names; only short texts, numbers and flags.
fn detail(value: &Value, pointers: &[(&str, &str)]) -> Value {
    let short = |pointer: &str| match value.pointer(pointer)? {
        Value::String(text) => Some(Value::String(
            text.chars().filter(|c| *c != '\0').take(1_000).collect(),
        )),
        number @ (Value::Number(_) | Value::Bool(_)) => Some(number.clone()),
        _ => None,
    };
    let found = pointers
        .iter()
        .filter_map(|(name, pointer)| Some(((*name).to_owned(), short(pointer)?)));
    Value::Object(found.collect::<Map<_, _>>())
}

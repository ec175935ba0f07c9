//! Which stream a body belongs to, found without parsing it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

const NEEDLE: &[u8] = b"\"phone_number_id\"";
/// Longest id that decides a stream, in bytes; Meta's have at most 20 digits.
const MAX_ID: usize = 64;

/// The number's id, else the WABA's, else the body itself.
pub(super) fn key(body: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(number_id(body).or_else(|| entry_id(body)).unwrap_or(body))
}

/// The first value of that key. Inside a customer's text the quotes are escaped, so the needle can't be found there; a
/// text that is exactly the needle's word has no colon behind it.
fn number_id(body: &[u8]) -> Option<&[u8]> {
    let mut rest = body;
    while let Some(at) = find(rest) {
        rest = rest.get(at + NEEDLE.len()..)?;
        let value = trim(rest).strip_prefix(b":").map(trim);
        if let Some(id) = value.and_then(id_at_start) {
            return Some(id);
        }
    }
    None
}

fn find(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(quote) = bytes.get(from..)?.iter().position(|byte| *byte == b'"') {
        let at = from + quote;
        if bytes.get(at..)?.starts_with(NEEDLE) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn trim(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii_start()
}

/// An id written as a text or as a number; other bare words are no ids.
fn id_at_start(value: &[u8]) -> Option<&[u8]> {
    let quoted = value.strip_prefix(b"\"");
    let fits = |byte: &&u8| {
        if quoted.is_some() {
            byte.is_ascii_alphanumeric()
        } else {
            byte.is_ascii_digit()
        }
    };
    let value = quoted.unwrap_or(value);
    let length = value.iter().take_while(fits).count();
    value.get(..length).filter(|id| (1..=MAX_ID).contains(&id.len()))
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
}

fn entry_id(body: &[u8]) -> Option<&[u8]> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).ok()?;
    id_at_start(envelope.entry.first()?.id.get().as_bytes())
}

//! Tolerant reading of JSON pieces: one strange field costs that field, never its neighbours.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use time::OffsetDateTime;

/// A piece of JSON that is not looked into yet.
pub(super) type Raw<'a> = Option<&'a RawValue>;

/// An object with the fields of `T`, if it is one.
pub(super) fn object<'a, T: Deserialize<'a>>(raw: Raw<'a>) -> Option<T> {
    // An array would be read as a struct without names.
    let text = raw?.get();
    if text.starts_with('{') {
        serde_json::from_str(text).ok()
    } else {
        None
    }
}

/// The elements of a list; a lone object counts as a list of one.
pub(super) fn items<'a>(raw: Raw<'a>) -> Vec<&'a RawValue> {
    let Some(raw) = raw else { return Vec::new() };
    match raw.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(raw.get()).unwrap_or_default(),
        Some(b'{') => vec![raw],
        _ => Vec::new(),
    }
}

/// A text, or a number as its digits; without NUL, which the database refuses.
pub(super) fn text(raw: Raw<'_>) -> Option<String> {
    let json = raw?.get();
    match json.as_bytes().first()? {
        b'"' => {
            let read: Result<String, _> = serde_json::from_str(json);
            let text = read
                .or_else(|_| serde_json::from_str(&without_lone_surrogates(json)))
                .ok()?;
            Some(if text.contains('\0') {
                text.replace('\0', "")
            } else {
                text
            })
        }
        b'-' | b'0'..=b'9' => Some(json.to_owned()),
        _ => None,
    }
}

/// A text with something in it.
pub(super) fn filled(raw: Raw<'_>) -> Option<String> {
    text(raw).filter(|text| !text.is_empty())
}

/// True for `true` only.
pub(super) fn flag(raw: Raw<'_>) -> bool {
    raw.is_some_and(|raw| raw.get() == "true")
}

/// `true` or `false`.
pub(super) fn boolean(raw: Raw<'_>) -> Option<bool> {
    match raw?.get() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A finite number, written as number or text.
pub(super) fn number(raw: Raw<'_>) -> Option<f64> {
    text(raw)?
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

/// Seconds since 1970, written as text or number; nothing before 1970 or after the year 9999.
pub(super) fn timestamp(raw: Raw<'_>) -> Option<OffsetDateTime> {
    let text = text(raw)?;
    let whole = text.trim().split('.').next()?;
    let seconds = whole.parse::<i64>().ok().filter(|seconds| *seconds >= 0)?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()
}

/// A whole value, for the rare pieces that are looked at as a tree; `None` when it nests too deep.
pub(super) fn tree(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get())
        .or_else(|_| serde_json::from_str(&without_lone_surrogates(raw.get())))
        .ok()
}

/// A provider's name for a kind, fit for a log line: lower-case words, at most 64 characters.
pub(super) fn kind(name: &str) -> String {
    let fit = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') {
            c
        } else {
            '_'
        }
    };
    name.chars().take(64).map(fit).collect()
}

/// Replaces `\uD83D` without its other half by U+FFFD: texts are cut in the middle of an emoji at times, and a strict
/// reader would refuse the whole text.
fn without_lone_surrogates(json: &str) -> String {
    let mut fixed = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        fixed.push_str(plain);
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => escape.get(..12),
            (Some(0xD800..=0xDFFF), _) => {
                fixed.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => escape.get(..6),
            (None, _) => escape.get(..2),
        };
        let taken = taken.unwrap_or(escape);
        fixed.push_str(taken);
        rest = escape.get(taken.len()..).unwrap_or_default();
    }
    fixed.push_str(rest);
    fixed
}

/// The code unit of a `\uXXXX` escape at the start of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

//! `{{…}}` placeholders, positional (`{{1}}`) and named (`{{first_name}}`).

/// A piece of a text with placeholders.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Key(&'a str),
}

/// Splits a text; a `{{` that is never closed stays text.
pub(super) fn split(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((key, tail)) = after.split_once("}}") else {
            break;
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Key(key.trim()));
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Keys in order of appearance, each once; positional ones in numeric order.
pub(super) fn keys(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for piece in split(text) {
        if let Piece::Key(key) = piece
            && !keys.iter().any(|known| known == key)
        {
            keys.push(key.to_owned());
        }
    }
    if keys.iter().all(|key| key.parse::<u32>().is_ok()) {
        keys.sort_by_key(|key| key.parse::<u32>().unwrap_or(u32::MAX));
    }
    keys
}

/// Puts values in; a missing one stays as its placeholder.
pub(super) fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in split(text) {
        match piece {
            Piece::Text(plain) => filled.push_str(plain),
            Piece::Key(key) => match value(key).filter(|given| !given.is_empty()) {
                Some(given) => filled.push_str(given),
                None => {
                    filled.push_str("{{");
                    filled.push_str(key);
                    filled.push_str("}}");
                }
            },
        }
    }
    filled
}

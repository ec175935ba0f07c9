//! The configuration reference, made from the commented defaults.

use std::fmt::Write;

use super::load::{DEFAULTS, variable};

/// One key.
#[derive(Debug, PartialEq, Eq)]
pub struct Key {
    /// Dotted.
    pub name: String,
    /// Its compiled-in value; `None` when it has none.
    pub default: Option<&'static str>,
    /// What it means.
    pub meaning: String,
}

/// Every key in the order of the defaults.
#[must_use]
pub fn keys() -> Vec<Key> {
    let (mut section, mut meaning, mut keys) = (String::new(), String::new(), Vec::new());
    for line in DEFAULTS.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = format!("{name}.");
        } else if let Some(words) = line.strip_prefix("# ") {
            let space = if meaning.is_empty() { "" } else { " " };
            meaning = format!("{meaning}{space}{words}");
        } else if let Some((name, value)) = line.trim_start_matches('#').split_once('=') {
            let value = value.trim();
            keys.push(Key {
                name: format!("{section}{}", name.trim()),
                default: (!value.is_empty()).then_some(value),
                meaning: std::mem::take(&mut meaning),
            });
        } else {
            meaning.clear();
        }
    }
    keys
}

const HEAD: &str = "\
# Configuration reference

Printed by `parlance config`; a test compares. How values come together, and how to set an installation up, is in the \
[guide](../guides/configuration.md).

| key | variable | default | meaning |
|---|---|---|---|
";

/// The reference as Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for key in keys() {
        let default = key
            .default
            .map_or("–".to_owned(), |value| format!("`{}`", value.trim_matches('"')));
        // Writing into a string can't fail.
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {default} | {} |",
            key.name,
            variable(&key.name),
            key.meaning
        );
    }
    text
}

use std::collections::BTreeSet;

use serde_json::Value;

use super::message::{between, media};
use super::{limits, list_at, text_at};
use crate::graph::error::GraphError;

/// Kinds that are checked for what they must name only, and where it stands.
const NAMED: &[(&str, &[&str])] = &[
    (
        "flow",
        &[
            "/action/parameters/flow_message_version",
            "/action/parameters/flow_cta",
        ],
    ),
    ("location_request_message", &["/action/name"]),
    ("request_contact_info", &["/action/name"]),
    ("address_message", &["/action/parameters/country"]),
    ("product", &["/action/catalog_id", "/action/product_retailer_id"]),
    ("product_list", &["/action/catalog_id"]),
    ("catalog_message", &["/action/name"]),
    ("call_permission_request", &["/action/name"]),
    ("voice_call", &["/action/name"]),
];

/// Checks the `interactive` object of a send.
pub(crate) fn check(content: &Value) -> Result<(), GraphError> {
    let kind = text_at(content, "/type")
        .ok_or_else(|| GraphError::missing("The parameter interactive['type'] is required."))?;
    let body_limit = if kind == "list" {
        limits::LIST_BODY
    } else {
        limits::INTERACTIVE_BODY
    };
    // A single product may come without words.
    if kind != "product" || content.get("body").is_some() {
        between(text_at(content, "/body/text"), body_limit, "Body text")?;
    }
    if content.get("footer").is_some() {
        between(
            text_at(content, "/footer/text"),
            limits::HEADER_FOOTER,
            "Footer text",
        )?;
    }
    if let Some(header) = content.get("header") {
        check_header(kind, header)?;
    }
    match kind {
        "button" => reply_buttons(content),
        "list" => list(content),
        "cta_url" => link_button(content),
        "carousel" => carousel(list_at(content, "/action/cards")),
        other => named(other, content),
    }
}

fn named(kind: &str, content: &Value) -> Result<(), GraphError> {
    let (_, needed) = NAMED
        .iter()
        .find(|(known, _)| *known == kind)
        .ok_or_else(|| GraphError::value(format!("Interactive type {kind} is not supported.")))?;
    for pointer in *needed {
        if text_at(content, pointer).is_none_or(str::is_empty) {
            return Err(GraphError::missing(format!(
                "The parameter interactive{} is required.",
                pointer
                    .split('/')
                    .filter(|part| !part.is_empty())
                    .map(|part| format!("['{part}']"))
                    .collect::<String>()
            )));
        }
    }
    Ok(())
}

fn carousel(cards: &[Value]) -> Result<(), GraphError> {
    if !limits::CARDS.contains(&cards.len()) {
        return Err(GraphError::value(
            "Invalid cards count. Min allowed cards: 2, Max allowed cards: 10",
        ));
    }
    let kinds: BTreeSet<Option<&str>> = cards.iter().map(|card| text_at(card, "/type")).collect();
    if kinds.len() > 1 {
        return Err(GraphError::value("All cards need the same type"));
    }
    for card in cards {
        if card.get("body").is_some() {
            between(text_at(card, "/body/text"), limits::CARD_BODY, "Card body text")?;
        }
    }
    Ok(())
}

fn check_header(kind: &str, header: &Value) -> Result<(), GraphError> {
    match text_at(header, "/type").unwrap_or_default() {
        "text" => between(text_at(header, "/text"), limits::HEADER_FOOTER, "Header text"),
        media_kind @ ("image" | "video" | "document") if kind != "list" => {
            media(media_kind, header.get(media_kind).unwrap_or(&Value::Null))
        }
        other => Err(GraphError::value(format!(
            "Header type {other} is not supported for type {kind}"
        ))),
    }
}

fn unique<'a>(values: impl Iterator<Item = &'a str>, what: &str) -> Result<(), GraphError> {
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(value) {
            return Err(GraphError::value(format!("Duplicated {what}")));
        }
    }
    Ok(())
}

fn reply_buttons(content: &Value) -> Result<(), GraphError> {
    let buttons = list_at(content, "/action/buttons");
    if buttons.is_empty() || buttons.len() > limits::REPLY_BUTTONS {
        return Err(GraphError::value(
            "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3",
        ));
    }
    for button in buttons {
        if text_at(button, "/type") != Some("reply") {
            return Err(GraphError::value("Button type must be reply"));
        }
        between(
            text_at(button, "/reply/title"),
            limits::BUTTON_TITLE,
            "Button title",
        )?;
        between(text_at(button, "/reply/id"), limits::BUTTON_ID, "Button id")?;
    }
    unique(
        buttons
            .iter()
            .filter_map(|button| text_at(button, "/reply/title")),
        "button title",
    )?;
    unique(
        buttons.iter().filter_map(|button| text_at(button, "/reply/id")),
        "button id",
    )
}

fn list(content: &Value) -> Result<(), GraphError> {
    between(
        text_at(content, "/action/button"),
        limits::BUTTON_TITLE,
        "List button",
    )?;
    let sections = list_at(content, "/action/sections");
    if sections.is_empty() || sections.len() > limits::LIST_SECTIONS {
        return Err(GraphError::value(
            "Invalid sections count. Min allowed sections: 1, Max allowed sections: 10",
        ));
    }
    let mut rows = Vec::new();
    for section in sections {
        if sections.len() > 1 {
            between(text_at(section, "/title"), limits::ROW_TITLE, "Section title")?;
        }
        rows.extend(list_at(section, "/rows"));
    }
    if rows.is_empty() || rows.len() > limits::LIST_ROWS {
        return Err(GraphError::value("Total row count exceed max allowed count: 10"));
    }
    for row in &rows {
        between(text_at(row, "/id"), limits::ROW_ID, "Row id")?;
        between(text_at(row, "/title"), limits::ROW_TITLE, "Row title")?;
        if row.get("description").is_some() {
            between(
                text_at(row, "/description"),
                limits::ROW_DESCRIPTION,
                "Row description",
            )?;
        }
    }
    unique(rows.iter().filter_map(|row| text_at(row, "/id")), "row id")
}

fn link_button(content: &Value) -> Result<(), GraphError> {
    between(
        text_at(content, "/action/parameters/display_text"),
        limits::BUTTON_TITLE,
        "Display text",
    )?;
    let link = text_at(content, "/action/parameters/url").unwrap_or_default();
    if !url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(GraphError::value(
            "Param action['parameters']['url'] is not a valid URL",
        ));
    }
    Ok(())
}

//! What one send must look like before it is accepted.

use serde_json::Value;

use super::{at_most, interactive, length, limits, list_at, phone, required, text_at};
use crate::graph::error::GraphError;

/// A send whose shape is right; what needs state (recipient, media, template, window) is checked later.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) recipient: Recipient,
    pub(crate) kind: String,
    pub(crate) content: Value,
    pub(crate) quoted: Option<String>,
    pub(crate) callback_data: Option<String>,
    /// Sent through `/marketing_messages`, which takes marketing templates only.
    pub(crate) marketing_only: bool,
}

/// Whom a send names.
#[derive(Clone, Debug)]
pub(crate) enum Recipient {
    /// `to`: as written, and the digits that are dialled.
    Phone { input: String, digits: String },
    /// `recipient`: a business-scoped user id.
    UserId(String),
}

/// Media kinds a message may carry.
pub(crate) const MEDIA_KINDS: &[&str] = &["image", "video", "audio", "document", "sticker"];

/// Checks a `POST /{PHONE}/messages` body that is not a read receipt.
pub(crate) fn parse(body: &Value, business_digits: &str) -> Result<Outgoing, GraphError> {
    let recipient = recipient(body, business_digits)?;
    if let Some(kind) = text_at(body, "/recipient_type").filter(|kind| *kind != "individual") {
        return Err(GraphError::parameter(format!(
            "Param recipient_type {kind} is not supported."
        )));
    }
    let callback_data = text_at(body, "/biz_opaque_callback_data");
    at_most(
        callback_data.unwrap_or_default(),
        limits::CALLBACK_DATA,
        "biz_opaque_callback_data",
    )?;
    let kind = text_at(body, "/type").unwrap_or("text");
    let content = body.get(kind).cloned().unwrap_or(Value::Null);
    if content.is_null() {
        return Err(GraphError::parameter(format!(
            "The parameter {kind} is required."
        )));
    }
    check_content(kind, &content)?;
    Ok(Outgoing {
        recipient,
        kind: kind.to_owned(),
        content,
        quoted: text_at(body, "/context/message_id").map(str::to_owned),
        callback_data: callback_data.map(str::to_owned),
        marketing_only: false,
    })
}

fn recipient(body: &Value, business_digits: &str) -> Result<Recipient, GraphError> {
    if let Some(input) = text_at(body, "/to").filter(|input| !input.is_empty()) {
        let digits = phone::dialled(input, business_digits).ok_or_else(|| {
            GraphError::value("Param to is not a valid phone number; write it as +15550109999.")
        })?;
        if digits == business_digits {
            return Err(GraphError::coded(
                131021,
                "Recipient phone number can not be the sender phone number",
            ));
        }
        return Ok(Recipient::Phone {
            input: input.to_owned(),
            digits,
        });
    }
    let id = text_at(body, "/recipient")
        .filter(|id| !id.is_empty())
        .ok_or_else(|| GraphError::parameter("The parameter to is required."))?;
    if !phone::is_user_id(id) {
        return Err(GraphError::value(
            "Param recipient is not a valid business-scoped user id",
        ));
    }
    Ok(Recipient::UserId(id.to_owned()))
}

fn check_content(kind: &str, content: &Value) -> Result<(), GraphError> {
    match kind {
        "text" => {
            let body = required(content, "/body", "text['body']")?;
            at_most(body, limits::TEXT_BODY, "text['body']")
        }
        "image" | "video" | "audio" | "document" | "sticker" => media(kind, content),
        "location" => location(content),
        "contacts" => contacts(content),
        "reaction" => {
            required(content, "/message_id", "reaction['message_id']")?;
            text_at(content, "/emoji")
                .map(|_| ())
                .ok_or_else(|| GraphError::missing("The parameter reaction['emoji'] is required."))
        }
        "interactive" => interactive::check(content),
        "template" => {
            required(content, "/name", "template['name']")?;
            required(content, "/language/code", "template['language']['code']").map(|_| ())
        }
        other => Err(GraphError::coded(
            131051,
            format!("Message type {other} is not supported."),
        )),
    }
}

/// Checks a media object: an id or an http(s) link, and its caption.
pub(crate) fn media(kind: &str, content: &Value) -> Result<(), GraphError> {
    match (text_at(content, "/id"), text_at(content, "/link")) {
        (Some(id), _) if !id.is_empty() => {}
        (_, Some(link)) => {
            let http = url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !http {
                return Err(GraphError::parameter(format!(
                    "Param {kind}['link'] is not a valid URI."
                )));
            }
        }
        _ => {
            return Err(GraphError::parameter(format!(
                "The parameter {kind}['id'] or {kind}['link'] is required."
            )));
        }
    }
    if let Some(caption) = text_at(content, "/caption") {
        if matches!(kind, "audio" | "sticker") {
            return Err(GraphError::parameter(format!(
                "Unexpected key \"caption\" on param \"{kind}\"."
            )));
        }
        at_most(caption, limits::CAPTION, &format!("{kind}['caption']"))?;
    }
    at_most(
        text_at(content, "/filename").unwrap_or_default(),
        limits::FILENAME,
        "document['filename']",
    )
}

fn number_at(content: &Value, pointer: &str) -> Option<f64> {
    content
        .pointer(pointer)
        .and_then(|value| value.as_f64().or_else(|| value.as_str()?.parse().ok()))
}

fn location(content: &Value) -> Result<(), GraphError> {
    for (pointer, limit) in [("/latitude", 90.0), ("/longitude", 180.0)] {
        let name = pointer.trim_start_matches('/');
        let degrees = number_at(content, pointer)
            .ok_or_else(|| GraphError::missing(format!("The parameter location['{name}'] is required.")))?;
        if degrees.abs() > limit {
            return Err(GraphError::value(format!(
                "Param location['{name}'] is out of range."
            )));
        }
    }
    at_most(
        text_at(content, "/name").unwrap_or_default(),
        limits::LOCATION_TEXT,
        "location['name']",
    )?;
    at_most(
        text_at(content, "/address").unwrap_or_default(),
        limits::LOCATION_TEXT,
        "location['address']",
    )
}

fn contacts(content: &Value) -> Result<(), GraphError> {
    let contacts = list_at(content, "");
    if contacts.is_empty() || contacts.len() > limits::CONTACTS {
        return Err(GraphError::parameter(
            "Param contacts must hold 1 to 257 contacts.",
        ));
    }
    for contact in contacts {
        required(
            contact,
            "/name/formatted_name",
            "contacts[]['name']['formatted_name']",
        )?;
        let parts = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        if !parts
            .iter()
            .any(|part| contact.pointer(&format!("/name/{part}")).is_some())
        {
            return Err(GraphError::missing(
                "contacts[]['name'] needs one more name part besides formatted_name.",
            ));
        }
    }
    Ok(())
}

/// Whether a length in characters lies in a range, as the interactive rules ask.
pub(crate) fn between(text: Option<&str>, limit: usize, what: &str) -> Result<(), GraphError> {
    let size = text.map_or(0, length);
    if size == 0 || size > limit {
        return Err(GraphError::value(format!(
            "{what} length invalid. Min length: 1, Max length: {limit}"
        )));
    }
    Ok(())
}

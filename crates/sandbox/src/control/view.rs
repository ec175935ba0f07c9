//! Messages as the customer's phone shows them.

use serde_json::{Map, Value, json};

use crate::clock::rfc3339;
use crate::rules::{list_at, text_at};
use crate::state::model::{Message, Party};
use crate::state::world::World;

/// One line for the contact list; empty when only an icon tells what it is.
pub(super) fn preview(message: &Message) -> &str {
    let content = &message.content;
    match message.kind.as_str() {
        "text" | "template" => text_at(content, "/body").unwrap_or_default(),
        "interactive" => text_at(content, "/body/text")
            .or_else(|| text_at(content, "/button_reply/title"))
            .or_else(|| text_at(content, "/list_reply/title"))
            .unwrap_or_default(),
        "button" => text_at(content, "/text").unwrap_or_default(),
        "location" => text_at(content, "/name").unwrap_or_default(),
        "document" => text_at(content, "/filename").unwrap_or_default(),
        _ => text_at(content, "/caption").unwrap_or_default(),
    }
}

/// A media object with the address the phone page shows it from.
fn media(world: &World, kind: &str, content: &Value) -> Value {
    let id = text_at(content, "/id");
    let stored = id.and_then(|id| world.media.get(id));
    json!({
        "kind": kind,
        "media_id": id,
        "url": id.map(|id| format!("/sandbox/media/{id}")).or_else(|| text_at(content, "/link").map(str::to_owned)),
        "mime_type": stored.map(|media| media.mime_type.as_str()),
        "caption": text_at(content, "/caption"),
        "filename": text_at(content, "/filename"),
        "voice": content.get("voice") == Some(&Value::Bool(true)),
    })
}

fn header(world: &World, content: &Value) -> Value {
    let Some(header) = content.get("header").filter(|header| !header.is_null()) else {
        return Value::Null;
    };
    let kind = text_at(header, "/format")
        .or_else(|| text_at(header, "/type"))
        .unwrap_or("text")
        .to_lowercase();
    match kind.as_str() {
        "text" => json!({"kind": "text", "text": text_at(header, "/text")}),
        "location" => json!({"kind": "location", "location": header.get("location")}),
        _ => media(world, &kind, header.get(&kind).unwrap_or(&Value::Null)),
    }
}

fn interactive(world: &World, content: &Value) -> Value {
    let mut shown = json!({
        "style": text_at(content, "/type"),
        "header": header(world, content),
        "body": text_at(content, "/body/text"),
        "footer": text_at(content, "/footer/text"),
    });
    let extra = match text_at(content, "/type").unwrap_or_default() {
        "button" => {
            let buttons: Vec<Value> = list_at(content, "/action/buttons")
                .iter()
                .map(|button| json!({"id": text_at(button, "/reply/id"), "title": text_at(button, "/reply/title")}))
                .collect();
            ("buttons", buttons.into())
        }
        "list" => (
            "list",
            json!({"button": text_at(content, "/action/button"), "sections": list_at(content, "/action/sections")}),
        ),
        "cta_url" => (
            "link",
            content.pointer("/action/parameters").cloned().unwrap_or_default(),
        ),
        "location_request_message" => ("ask", "location".into()),
        "request_contact_info" => ("ask", "contact".into()),
        "flow" => ("ask", "flow".into()),
        _ => ("reply", content.clone()),
    };
    if let Some(object) = shown.as_object_mut() {
        object.insert(extra.0.to_owned(), extra.1);
    }
    shown
}

fn content(world: &World, message: &Message) -> Value {
    let own = &message.content;
    match message.kind.as_str() {
        kind @ ("image" | "video" | "audio" | "document" | "sticker") => media(world, kind, own),
        "template" => {
            let mut shown = own.clone();
            if let Some(object) = shown.as_object_mut() {
                object.insert("header".to_owned(), header(world, own));
            }
            shown
        }
        "interactive" if message.by == Party::Business => interactive(world, own),
        "interactive" => {
            let reply = own
                .get("button_reply")
                .or_else(|| own.get("list_reply"))
                .cloned()
                .unwrap_or_default();
            json!({"id": text_at(&reply, "/id"), "text": text_at(&reply, "/title"), "description": text_at(&reply, "/description")})
        }
        _ => own.clone(),
    }
}

/// One message for the phone page.
pub(super) fn message(world: &World, phone_number_id: &str, message: &Message) -> Value {
    let quoted = message.quoted.as_deref().and_then(|id| world.message(phone_number_id, id)).map(|quoted| {
        json!({"id": quoted.id, "from": quoted.by, "type": quoted.kind, "preview": preview(quoted)})
    });
    let reactions: Map<String, Value> = message
        .reactions
        .iter()
        .map(|reaction| {
            let by = if reaction.by == Party::Customer {
                "customer"
            } else {
                "business"
            };
            (by.to_owned(), reaction.emoji.clone().into())
        })
        .collect();
    json!({
        "id": message.id,
        "from": message.by,
        "type": message.kind,
        "at": rfc3339(message.at_ms),
        "status": message.stage,
        "content": content(world, message),
        "quoted": quoted,
        "reactions": reactions,
        "error": message.error.as_ref().map(|error| error.to_json()),
    })
}

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use super::threads::ends;
use crate::graph::media::download_url;
use crate::rules::{limits, list_at, text_at};
use crate::state::Sandbox;
use crate::state::conversation::{Inbound, list_rows};
use crate::state::media::sniffed;
use crate::state::model::Media;
use crate::state::world::World;

/// What the customer does.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Action {
    Text {
        text: String,
    },
    /// A photo: uploaded before (`media_id`), or its bytes in base64.
    Image {
        media_id: Option<String>,
        data_base64: Option<String>,
        caption: Option<String>,
    },
    /// A tap on a template's quick reply (`index` among its buttons, or `text`), or on a reply button (`id`).
    Button {
        message_id: String,
        index: Option<usize>,
        text: Option<String>,
        id: Option<String>,
    },
    ListReply {
        message_id: String,
        id: String,
    },
    Reaction {
        message_id: String,
        #[serde(default)]
        emoji: String,
    },
    Location {
        latitude: f64,
        longitude: f64,
        name: Option<String>,
        address: Option<String>,
    },
}

#[derive(Deserialize)]
pub(super) struct SendInbound {
    #[serde(flatten)]
    action: Action,
    /// Message that this one answers.
    reply_to: Option<String>,
}

/// `POST …/threads/{phone_number_id}/messages`: the customer writes or taps.
pub(super) async fn send(
    State(sandbox): State<Sandbox>,
    Path((key, phone_number_id)): Path<(String, String)>,
    Json(body): Json<SendInbound>,
) -> Result<Json<Value>, ControlError> {
    let (number, customer) = sandbox.read(|world| ends(world, &key, &phone_number_id))?;
    let inbound = match body.action {
        Action::Image {
            media_id,
            data_base64,
            caption,
        } => {
            let media = photo(&sandbox, &phone_number_id, media_id, data_base64).await?;
            let mut inbound = image(&sandbox, &media, caption);
            inbound.quoted = body.reply_to;
            inbound
        }
        action => sandbox.read(|world| plain(world, &phone_number_id, action, body.reply_to))?,
    };
    let now_ms = sandbox.now_ms();
    let id = sandbox.write(|world| world.receive(now_ms, &number, &customer, inbound));
    Ok(Json(json!({"id": id})))
}

/// `POST …/threads/{phone_number_id}/media`: keeps a photo for a later message; the body is the file.
pub(super) async fn upload(
    State(sandbox): State<Sandbox>,
    Path((key, phone_number_id)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, ControlError> {
    sandbox.read(|world| ends(world, &key, &phone_number_id))?;
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media = keep_photo(&sandbox, &phone_number_id, declared, bytes).await?;
    Ok(Json(json!({"media_id": media.id, "mime_type": media.mime_type})))
}

async fn keep_photo(
    sandbox: &Sandbox,
    phone_number_id: &str,
    declared: Option<&str>,
    bytes: Bytes,
) -> Result<Media, ControlError> {
    let mime_type = sniffed(&bytes)
        .or(declared)
        .filter(|mime| matches!(*mime, "image/jpeg" | "image/png" | "image/webp" | "image/gif"))
        .ok_or_else(|| ControlError::bad("Send a photo: JPEG, PNG, WebP or GIF."))?
        .to_owned();
    sandbox
        .add_media(phone_number_id, &mime_type, bytes, limits::INBOUND_MEDIA_MS)
        .await
        .map_err(|error| ControlError::storage(&error))
}

async fn photo(
    sandbox: &Sandbox,
    phone_number_id: &str,
    media_id: Option<String>,
    data_base64: Option<String>,
) -> Result<Media, ControlError> {
    if let Some(id) = media_id {
        return sandbox
            .read(|world| world.media.get(&id).cloned())
            .filter(|media| media.phone_number_id == phone_number_id)
            .ok_or_else(|| ControlError::not_found("media object", &id));
    }
    let data = data_base64.ok_or_else(|| ControlError::bad("Give the photo as media_id or data_base64."))?;
    let bytes = STANDARD
        .decode(data)
        .map_err(|_| ControlError::bad("data_base64 is not base64."))?;
    keep_photo(sandbox, phone_number_id, None, bytes.into()).await
}

fn image(sandbox: &Sandbox, media: &Media, caption: Option<String>) -> Inbound {
    let digest = hex::decode(&media.sha256).unwrap_or_default();
    let mut wire = json!({
        "mime_type": media.mime_type,
        "sha256": STANDARD.encode(digest),
        "id": media.id,
        "url": download_url(sandbox, &media.id),
    });
    let mut content = json!({"id": media.id});
    if let Some(caption) = caption.filter(|caption| !caption.is_empty()) {
        for object in [&mut wire, &mut content]
            .into_iter()
            .filter_map(Value::as_object_mut)
        {
            object.insert("caption".to_owned(), caption.clone().into());
        }
    }
    Inbound {
        kind: "image",
        content,
        wire,
        quoted: None,
    }
}

fn plain(
    world: &World,
    phone_number_id: &str,
    action: Action,
    reply_to: Option<String>,
) -> Result<Inbound, ControlError> {
    let same = |kind, content: Value, quoted| Inbound {
        kind,
        wire: content.clone(),
        content,
        quoted,
    };
    Ok(match action {
        Action::Text { text } => {
            if text.trim().is_empty() || text.chars().count() > limits::TEXT_BODY {
                return Err(ControlError::bad("A text has 1 to 4096 characters."));
            }
            same("text", json!({"body": text}), reply_to)
        }
        Action::Location {
            latitude,
            longitude,
            name,
            address,
        } => {
            let mut place = json!({"latitude": latitude, "longitude": longitude});
            for (field, value) in [("name", name), ("address", address)] {
                if let (Some(value), Some(object)) = (value, place.as_object_mut()) {
                    object.insert(field.to_owned(), value.into());
                }
            }
            same("location", place, reply_to)
        }
        Action::Reaction { message_id, emoji } => {
            find(world, phone_number_id, &message_id)?;
            same(
                "reaction",
                json!({"message_id": message_id, "emoji": emoji}),
                None,
            )
        }
        Action::Button {
            message_id,
            index,
            text,
            id,
        } => {
            let content = tapped(
                world,
                phone_number_id,
                &message_id,
                index,
                text.as_deref(),
                id.as_deref(),
            )?;
            same(content.0, content.1, Some(message_id))
        }
        Action::ListReply { message_id, id } => {
            let message = find(world, phone_number_id, &message_id)?;
            let row = list_rows(message)
                .find(|row| text_at(row, "/id") == Some(&id))
                .ok_or_else(|| ControlError::not_found("list row", &id))?;
            same(
                "interactive",
                json!({"type": "list_reply", "list_reply": row}),
                Some(message_id),
            )
        }
        Action::Image { .. } => return Err(ControlError::bad("Give the photo as media_id or data_base64.")),
    })
}

fn find<'a>(world: &'a World, phone_number_id: &str, id: &str) -> Result<&'a Value, ControlError> {
    world
        .message(phone_number_id, id)
        .map(|(_, message)| &message.content)
        .ok_or_else(|| ControlError::not_found("message", id))
}

/// What tapping a button sends: kind and object.
fn tapped(
    world: &World,
    phone_number_id: &str,
    message_id: &str,
    index: Option<usize>,
    text: Option<&str>,
    id: Option<&str>,
) -> Result<(&'static str, Value), ControlError> {
    let content = find(world, phone_number_id, message_id)?;
    let reply_buttons = list_at(content, "/action/buttons");
    let no_button = || ControlError::bad("The message has no such button; name it by index, text or id.");
    if reply_buttons.is_empty() {
        let chosen = list_at(content, "/buttons")
            .iter()
            .enumerate()
            .find(|(position, button)| {
                text_at(button, "/type") == Some("QUICK_REPLY")
                    && (index == Some(*position) || index.is_none() && text == text_at(button, "/text"))
            });
        let (_, button) = chosen.ok_or_else(no_button)?;
        return Ok((
            "button",
            json!({"payload": button.get("payload"), "text": button.get("text")}),
        ));
    }
    let chosen = reply_buttons
        .iter()
        .enumerate()
        .find(|(position, button)| match (id, index) {
            (Some(id), _) => text_at(button, "/reply/id") == Some(id),
            (None, Some(index)) => index == *position,
            (None, None) => text == text_at(button, "/reply/title"),
        });
    let (_, button) = chosen.ok_or_else(no_button)?;
    Ok((
        "interactive",
        json!({"type": "button_reply", "button_reply": button.get("reply")}),
    ))
}

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::ControlError;
use super::threads::ends;
use super::uploads::attached;
use crate::graph::media::download_url;
use crate::rules::{limits, list_at, text_at};
use crate::state::Sandbox;
use crate::state::conversation::{Inbound, list_rows};
use crate::state::model::Media;
use crate::state::world::World;

/// A file with a message: uploaded before (`media_id`), or its bytes in base64.
#[derive(Default, Deserialize)]
struct File {
    media_id: Option<String>,
    data_base64: Option<String>,
    mime_type: Option<String>,
    caption: Option<String>,
    filename: Option<String>,
    /// Recorded in the chat, for audio.
    #[serde(default)]
    voice: bool,
}

/// What the customer does.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Action {
    Text {
        text: String,
    },
    Image(File),
    Video(File),
    Audio(File),
    Document(File),
    Sticker(File),
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
    /// Cards of the address book, as in the webhook.
    Contacts {
        contacts: Vec<Value>,
    },
    /// A filled-in flow.
    FlowReply {
        message_id: String,
        response: Value,
    },
    /// A message of a type that the Cloud API does not carry.
    Unsupported {
        #[serde(default)]
        kind: Option<String>,
    },
    /// Any other type, with its object as in the webhook.
    Raw {
        kind: String,
        content: Value,
    },
}

#[derive(Deserialize)]
pub(super) struct SendInbound {
    #[serde(flatten)]
    action: Action,
    /// Message that this one answers.
    reply_to: Option<String>,
    /// Ad or post that the customer came from, as in the webhook.
    referral: Option<Value>,
    #[serde(default)]
    forwarded: bool,
}

/// `POST …/threads/{phone_number_id}/messages`: the customer writes or taps.
pub(super) async fn send(
    State(sandbox): State<Sandbox>,
    Path((key, phone_number_id)): Path<(String, String)>,
    Json(body): Json<SendInbound>,
) -> Result<Json<Value>, ControlError> {
    let (number, customer) = sandbox.read(|world| ends(world, &key, &phone_number_id))?;
    let quoted = body.reply_to;
    let mut inbound = match body.action {
        Action::Image(own) => file(&sandbox, &phone_number_id, "image", &own, quoted).await?,
        Action::Video(own) => file(&sandbox, &phone_number_id, "video", &own, quoted).await?,
        Action::Audio(own) => file(&sandbox, &phone_number_id, "audio", &own, quoted).await?,
        Action::Document(own) => file(&sandbox, &phone_number_id, "document", &own, quoted).await?,
        Action::Sticker(own) => file(&sandbox, &phone_number_id, "sticker", &own, quoted).await?,
        action => sandbox.read(|world| plain(world, &phone_number_id, action, quoted))?,
    };
    inbound.referral = body.referral;
    inbound.forwarded = body.forwarded;
    let now_ms = sandbox.now_ms();
    let id = sandbox.write(|world| world.receive(now_ms, &number, &customer, inbound));
    Ok(Json(json!({"id": id})))
}

/// A message with a file, as the webhook carries it and as the phone shows it.
async fn file(
    sandbox: &Sandbox,
    phone_number_id: &str,
    kind: &str,
    own: &File,
    quoted: Option<String>,
) -> Result<Inbound, ControlError> {
    let media: Media = attached(
        sandbox,
        phone_number_id,
        kind,
        own.media_id.as_deref(),
        own.data_base64.as_deref(),
        own.mime_type.as_deref(),
    )
    .await?;
    let digest = hex::decode(&media.sha256).unwrap_or_default();
    let mut shown: Map<String, Value> = Map::from_iter([("id".to_owned(), media.id.clone().into())]);
    let caption = own.caption.as_ref().filter(|caption| !caption.is_empty());
    if let Some(caption) = caption.filter(|_| matches!(kind, "image" | "video" | "document")) {
        shown.insert("caption".to_owned(), caption.clone().into());
    }
    match kind {
        "audio" => {
            shown.insert("voice".to_owned(), own.voice.into());
        }
        "sticker" => {
            shown.insert("animated".to_owned(), false.into());
        }
        "document" => {
            let name = own.filename.clone().unwrap_or_else(|| "document".to_owned());
            shown.insert("filename".to_owned(), name.into());
        }
        _ => {}
    }
    let mut wire = shown.clone();
    wire.insert("mime_type".to_owned(), media.mime_type.clone().into());
    wire.insert("sha256".to_owned(), STANDARD.encode(digest).into());
    wire.insert("url".to_owned(), download_url(sandbox, &media.id).into());
    Ok(Inbound {
        kind: kind.to_owned(),
        content: shown.into(),
        wire: wire.into(),
        quoted,
        referral: None,
        forwarded: false,
    })
}

fn plain(
    world: &World,
    phone_number_id: &str,
    action: Action,
    reply_to: Option<String>,
) -> Result<Inbound, ControlError> {
    let same = |kind: &str, content: Value, quoted| Inbound {
        kind: kind.to_owned(),
        wire: content.clone(),
        content,
        quoted,
        referral: None,
        forwarded: false,
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
        tap @ (Action::Button { .. } | Action::ListReply { .. } | Action::FlowReply { .. }) => {
            let (kind, content, message_id) = answer(world, phone_number_id, tap)?;
            same(kind, content, Some(message_id))
        }
        Action::Contacts { contacts } => same("contacts", contacts.into(), reply_to),
        Action::Unsupported { kind } => same(
            "unsupported",
            json!({"type": kind.unwrap_or_else(|| "unknown".to_owned())}),
            None,
        ),
        Action::Raw { kind, content } => same(&kind, content, reply_to),
        Action::Image(_) | Action::Video(_) | Action::Audio(_) | Action::Document(_) | Action::Sticker(_) => {
            return Err(ControlError::bad("Give the file as media_id or data_base64."));
        }
    })
}

/// What answering a business message by a tap sends: kind, object and the message answered.
fn answer(
    world: &World,
    phone_number_id: &str,
    action: Action,
) -> Result<(&'static str, Value, String), ControlError> {
    Ok(match action {
        Action::Button {
            message_id,
            index,
            text,
            id,
        } => {
            let (text, id) = (text.as_deref(), id.as_deref());
            let (kind, content) = tapped(world, phone_number_id, &message_id, index, text, id)?;
            (kind, content, message_id)
        }
        Action::ListReply { message_id, id } => {
            let message = find(world, phone_number_id, &message_id)?;
            let row = list_rows(message)
                .find(|row| text_at(row, "/id") == Some(&id))
                .ok_or_else(|| ControlError::not_found("list row", &id))?;
            let content = json!({"type": "list_reply", "list_reply": row});
            ("interactive", content, message_id)
        }
        Action::FlowReply { message_id, response } => {
            find(world, phone_number_id, &message_id)?;
            let reply = json!({"name": "flow", "body": "Sent", "response_json": response.to_string()});
            let content = json!({"type": "nfm_reply", "nfm_reply": reply});
            ("interactive", content, message_id)
        }
        _ => {
            return Err(ControlError::bad(
                "A tap is a button, a list_reply or a flow_reply.",
            ));
        }
    })
}

fn find<'a>(world: &'a World, phone_number_id: &str, id: &str) -> Result<&'a Value, ControlError> {
    world
        .message(phone_number_id, id)
        .map(|message| &message.content)
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

//! Files that a customer attaches.

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::{Value, json};

use super::error::ControlError;
use super::threads::ends;
use crate::rules::limits;
use crate::state::Sandbox;
use crate::state::media::sniffed;
use crate::state::model::Media;

/// `POST …/threads/{phone_number_id}/media`: keeps a file for a later message; the body is the file.
pub(super) async fn receive(
    State(sandbox): State<Sandbox>,
    Path((key, phone_number_id)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, ControlError> {
    sandbox.read(|world| ends(world, &key, &phone_number_id).map(|_| ()))?;
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media = keep(&sandbox, &phone_number_id, declared, bytes).await?;
    Ok(Json(json!({"media_id": media.id, "mime_type": media.mime_type})))
}

async fn keep(
    sandbox: &Sandbox,
    phone_number_id: &str,
    declared: Option<&str>,
    bytes: Bytes,
) -> Result<Media, ControlError> {
    if bytes.is_empty() {
        return Err(ControlError::bad("The file is empty."));
    }
    let mime_type = sniffed(&bytes)
        .or(declared)
        .unwrap_or("application/octet-stream")
        .to_owned();
    sandbox
        .add_media(phone_number_id, &mime_type, bytes, limits::INBOUND_MEDIA_MS)
        .await
        .map_err(|error| ControlError::storage(&error))
}

/// The file that a message names: uploaded before, or its bytes in base64. `kind` is the message's type.
pub(super) async fn attached(
    sandbox: &Sandbox,
    phone_number_id: &str,
    kind: &str,
    media_id: Option<&str>,
    data_base64: Option<&str>,
    mime_type: Option<&str>,
) -> Result<Media, ControlError> {
    let media = match (media_id, data_base64) {
        (Some(id), _) => sandbox
            .read(|world| world.media.get(id).cloned())
            .filter(|media| media.phone_number_id == phone_number_id)
            .ok_or_else(|| ControlError::not_found("media object", id))?,
        (None, Some(data)) => {
            let bytes = STANDARD
                .decode(data)
                .map_err(|_| ControlError::bad("data_base64 is not base64."))?;
            keep(sandbox, phone_number_id, mime_type, bytes.into()).await?
        }
        (None, None) => return Err(ControlError::bad("Give the file as media_id or data_base64.")),
    };
    let fits = match kind {
        "document" => true,
        "sticker" => media.mime_type == "image/webp",
        kind => media.mime_type.starts_with(&format!("{kind}/")),
    };
    if fits {
        return Ok(media);
    }
    Err(ControlError::bad(format!(
        "A file of type {} can't be sent as {kind}.",
        media.mime_type
    )))
}

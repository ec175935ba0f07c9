use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use super::view;
use crate::clock::rfc3339;
use crate::rules::limits;
use crate::state::Sandbox;
use crate::state::model::{Customer, Number};
use crate::state::world::World;

/// Messages shown when `limit` is not given.
const SHOWN: usize = 200;

/// Looks up the two ends of a thread.
pub(super) fn ends(
    world: &World,
    key: &str,
    phone_number_id: &str,
) -> Result<(Number, Customer), ControlError> {
    let customer = world
        .customers
        .get(key)
        .ok_or_else(|| ControlError::not_found("customer", key))?;
    let number = world
        .numbers
        .get(phone_number_id)
        .ok_or_else(|| ControlError::not_found("phone number", phone_number_id))?;
    Ok((number.clone(), customer.clone()))
}

#[derive(Deserialize)]
pub(super) struct ReadThread {
    /// Also what is not on the phone: undelivered, failed, reactions.
    #[serde(default)]
    all: bool,
    limit: Option<usize>,
}

/// `GET …/threads/{phone_number_id}`: the thread as the phone shows it, oldest first.
pub(super) async fn read(
    State(sandbox): State<Sandbox>,
    Path((key, phone_number_id)): Path<(String, String)>,
    Query(query): Query<ReadThread>,
) -> Result<Json<Value>, ControlError> {
    let now_ms = sandbox.now_ms();
    sandbox.read(|world| {
        let (number, customer) = ends(world, &key, &phone_number_id)?;
        let thread = world.thread(&phone_number_id, &key);
        let limit = query.limit.unwrap_or(SHOWN);
        let mut messages: Vec<Value> = thread
            .iter()
            .flat_map(|thread| world.messages_of(thread).rev())
            .filter(|message| query.all || message.on_phone())
            .take(limit)
            .map(|message| view::message(world, &phone_number_id, message))
            .collect();
        messages.reverse();
        let closes_ms = thread
            .and_then(|thread| thread.last_inbound_ms)
            .map(|at| at.saturating_add(limits::WINDOW_MS));
        Ok(Json(json!({
            "customer": {"key": customer.key, "name": customer.name},
            "number": {
                "id": number.id,
                "verified_name": number.verified_name,
                "display_phone_number": number.display_phone_number,
            },
            "messages": messages,
            "offers_stopped": thread.is_some_and(|thread| thread.offers_stopped),
            "typing": thread.is_some_and(|thread| thread.typing_until_ms > now_ms),
            "window_closes_at": closes_ms.filter(|closes| *closes > now_ms).map(rfc3339),
            "now": rfc3339(now_ms),
        })))
    })
}

/// `POST …/threads/{phone_number_id}/open`: the customer reads what was delivered.
pub(super) async fn open(
    State(sandbox): State<Sandbox>,
    Path((key, phone_number_id)): Path<(String, String)>,
) -> Result<Json<Value>, ControlError> {
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let (number, customer) = ends(world, &key, &phone_number_id)?;
        if world.thread(&phone_number_id, &key).is_some() {
            world.open(now_ms, &number, &customer);
        }
        Ok(Json(json!({"success": true})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Played {
    message_id: String,
}

/// `POST …/threads/{phone_number_id}/played`: the customer plays a voice message.
pub(super) async fn played(
    State(sandbox): State<Sandbox>,
    Path((key, phone_number_id)): Path<(String, String)>,
    Json(body): Json<Played>,
) -> Result<Json<Value>, ControlError> {
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let (number, customer) = ends(world, &key, &phone_number_id)?;
        let played = world.play(now_ms, &number, &customer, &body.message_id);
        Ok(Json(json!({"played": played})))
    })
}

/// `GET /sandbox/media/{media_id}`: the bytes, for the phone page.
pub(super) async fn media(
    State(sandbox): State<Sandbox>,
    Path(media_id): Path<String>,
) -> Result<Response, ControlError> {
    let media = sandbox
        .read(|world| world.media.get(&media_id).cloned())
        .ok_or_else(|| ControlError::not_found("media object", &media_id))?;
    let bytes = sandbox
        .media_bytes(&media.id)
        .await
        .map_err(|error| ControlError::storage(&error))?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let shown = media.mime_type.starts_with("image/")
        || media.mime_type.starts_with("video/")
        || media.mime_type.starts_with("audio/");
    let mime = HeaderValue::from_str(&media.mime_type)
        .ok()
        .filter(|_| shown && !media.mime_type.contains("svg"))
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=3600"),
    );
    Ok(response)
}

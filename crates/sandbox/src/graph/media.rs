use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::json;

use super::access::{Access, bearer};
use super::error::GraphError;
use super::{GraphCall, not_found, query_pairs, success};
use crate::rules::limits;
use crate::state::Sandbox;
use crate::state::media::sniffed;
use crate::state::model::Media;

/// MIME types that may be uploaded, and the most bytes of each.
const ACCEPTED: &[(&str, usize)] = &[
    ("audio/aac", 16 << 20),
    ("audio/mp4", 16 << 20),
    ("audio/mpeg", 16 << 20),
    ("audio/amr", 16 << 20),
    ("audio/ogg", 16 << 20),
    ("audio/opus", 16 << 20),
    ("application/vnd.ms-powerpoint", 100 << 20),
    ("application/msword", 100 << 20),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        100 << 20,
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        100 << 20,
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        100 << 20,
    ),
    ("application/pdf", 100 << 20),
    ("text/plain", 100 << 20),
    ("application/vnd.ms-excel", 100 << 20),
    ("image/jpeg", 5 << 20),
    ("image/png", 5 << 20),
    ("image/webp", 500 << 10),
    ("video/mp4", 16 << 20),
    ("video/3gpp", 16 << 20),
];

/// `POST /{PHONE}/media`: multipart form of `messaging_product`, `type` and `file`.
pub(super) async fn upload(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    let phone_number_id = sandbox.read(|world| access.number(world, call).map(|number| number.id.clone()))?;
    let form = Form::read(call).await?;
    if form.messaging_product.as_deref() != Some("whatsapp") {
        return Err(GraphError::parameter(
            "The parameter messaging_product is required.",
        ));
    }
    let bytes = form
        .file
        .ok_or_else(|| GraphError::parameter("The parameter file is required."))?;
    let mime_type = form
        .file_type
        .or(form.declared_type)
        .ok_or_else(|| GraphError::parameter("The parameter type is required."))?;
    check_file(&mime_type, &bytes)?;
    let media = sandbox
        .add_media(&phone_number_id, &mime_type, bytes, limits::UPLOADED_MEDIA_MS)
        .await
        .map_err(|error| {
            GraphError::coded(131000, format!("The sandbox could not keep the file: {error}"))
        })?;
    Ok(Json(json!({"id": media.id})).into_response())
}

/// Checks a file's type, size and first bytes.
fn check_file(mime_type: &str, bytes: &[u8]) -> Result<(), GraphError> {
    let essence = mime_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let Some((_, limit)) = ACCEPTED.iter().find(|(accepted, _)| *accepted == essence) else {
        let list: Vec<&str> = ACCEPTED.iter().map(|(accepted, _)| *accepted).collect();
        return Err(GraphError::parameter(format!(
            "Param file must be a file with one of the following types: {}. Received file of type '{essence}'.",
            list.join(", ")
        )));
    };
    if bytes.is_empty() || bytes.len() > *limit {
        return Err(GraphError::coded(
            131053,
            format!(
                "File size {} is not between 1 and {limit} bytes for {essence}",
                bytes.len()
            ),
        ));
    }
    let checked = essence.starts_with("image/") || essence == "application/pdf";
    if checked && sniffed(bytes) != Some(essence.as_str()) {
        return Err(GraphError::coded(
            131053,
            format!("The file is not {essence}, whatever its type says"),
        ));
    }
    Ok(())
}

#[derive(Default)]
struct Form {
    messaging_product: Option<String>,
    file_type: Option<String>,
    declared_type: Option<String>,
    file: Option<Bytes>,
}

impl Form {
    async fn read(call: &GraphCall) -> Result<Self, GraphError> {
        let broken = || GraphError::parameter("The request must be a multipart/form-data upload.");
        let mut request = Request::new(Body::from(call.body.clone()));
        *request.headers_mut() = call.headers.clone();
        request.extensions_mut().clear();
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| broken())?;
        let mut form = Self::default();
        while let Some(field) = parts.next_field().await.map_err(|_| broken())? {
            match field.name().unwrap_or_default() {
                "messaging_product" => {
                    form.messaging_product = Some(field.text().await.map_err(|_| broken())?);
                }
                "type" => form.file_type = Some(field.text().await.map_err(|_| broken())?),
                "file" => {
                    form.declared_type = field.content_type().map(str::to_owned);
                    form.file = Some(field.bytes().await.map_err(|_| broken())?);
                }
                _ => {}
            }
        }
        Ok(form)
    }
}

/// The media object of a call; code 100, subcode 33 when unknown, expired or out of reach.
fn media_of(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Media, GraphError> {
    let now_ms = sandbox.now_ms();
    sandbox
        .read(|world| {
            let media = world.media.get(&call.node)?;
            let number = world.numbers.get(&media.phone_number_id)?;
            let reached = world
                .wabas
                .get(&number.waba_id)
                .is_some_and(|waba| access.reaches(waba));
            let asked = call.query("phone_number_id").is_none_or(|id| id == number.id);
            (reached && asked && media.expires_ms > now_ms).then(|| media.clone())
        })
        .ok_or_else(|| GraphError::unknown_object(call.verb(), &call.node))
}

/// `GET /{MEDIA_ID}`: the address of the bytes, valid for five minutes.
pub(super) fn read(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let media = media_of(sandbox, access, call)?;
    let answer = json!({
        "messaging_product": "whatsapp",
        "url": download_url(sandbox, &media.id),
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": media.size,
        "id": media.id,
    });
    Ok(Json(answer).into_response())
}

/// `DELETE /{MEDIA_ID}`.
pub(super) async fn delete(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    let media = media_of(sandbox, access, call)?;
    sandbox.write(|world| world.media.remove(&media.id));
    sandbox.remove_media(&media.id).await;
    success()
}

/// An address from which a media object can be fetched with a token for the next five minutes.
pub(crate) fn download_url(sandbox: &Sandbox, media_id: &str) -> String {
    let expires_ms = sandbox.now_ms().saturating_add(limits::MEDIA_URL_MS);
    let proof = sandbox.read(|world| world.kept.ids.media_proof(media_id, expires_ms));
    let mut url = sandbox.public_url().clone();
    url.set_path("/whatsapp_business/attachments/");
    url.query_pairs_mut()
        .clear()
        .append_pair("mid", media_id)
        .append_pair("ext", &expires_ms.to_string())
        .append_pair("hash", &proof);
    url.into()
}

/// `GET` on a media address, with a Bearer token.
pub(super) async fn download(State(sandbox): State<Sandbox>, headers: HeaderMap, uri: Uri) -> Response {
    let query = query_pairs(uri.query());
    let get = |key: &str| query.get(key).map_or("", String::as_str);
    let expires_ms = get("ext").parse::<i64>().unwrap_or_default();
    let now_ms = sandbox.now_ms();
    let found = sandbox.read(|world| {
        let Some(access) = bearer(&headers).and_then(|token| Access::of_token(world, token)) else {
            return Err(StatusCode::UNAUTHORIZED);
        };
        world
            .media
            .get(get("mid"))
            .filter(|media| media.expires_ms > now_ms && expires_ms > now_ms)
            .filter(|media| world.kept.ids.media_proof(&media.id, expires_ms) == get("hash"))
            .filter(|media| {
                let number = world.numbers.get(&media.phone_number_id);
                let waba = number.and_then(|number| world.wabas.get(&number.waba_id));
                waba.is_some_and(|waba| access.reaches(waba))
            })
            .cloned()
            .ok_or(StatusCode::NOT_FOUND)
    });
    match found {
        Ok(media) => match sandbox.media_bytes(&media.id).await {
            Ok(bytes) => ([(header::CONTENT_TYPE, media.mime_type)], bytes).into_response(),
            Err(_) => not_found(),
        },
        Err(status) => status.into_response(),
    }
}

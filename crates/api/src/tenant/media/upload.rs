use axum::{
    Json,
    extract::{
        DefaultBodyLimit, Multipart, State,
        multipart::{MultipartError, MultipartRejection},
    },
    http::StatusCode,
};
use bytes::Bytes;
use domain::{Error, PhoneNumberId, content::FileKind};
use services::{
    TenantServices,
    media::{MediaView, UPLOAD_BYTES_MAX, Upload},
};
use utoipa::ToSchema;

use crate::{
    http::problem::{ApiResult, Failure, Problem},
    tenant::Tenant,
};

/// Room for the multipart frame around the file.
const FRAME_BYTES: usize = 64 * 1024;

/// The form of an upload.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "describes the form for the OpenAPI document")]
pub struct UploadForm {
    /// The number it will go out on.
    phone_number_id: PhoneNumberId,
    /// What it will be sent as; by its type if left out. A picture can also go as a document.
    kind: Option<FileKind>,
    /// JPEG or PNG of at most 5 MB; MP4, 3GPP or audio of at most 16 MB; WebP of at most 500 KB; a document of at most 100 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Upload a file for sending.
#[utoipa::path(
    post, path = "/v1/t/{slug}/media", operation_id = "upload_media", tag = "media",
    security(("session" = []), ("api_key" = [])), request_body(content = UploadForm, content_type = "multipart/form-data"),
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 201, body = MediaView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn upload(
    State(services): State<TenantServices>,
    tenant: Tenant,
    multipart: Result<Multipart, MultipartRejection>,
) -> ApiResult<(StatusCode, Json<MediaView>)> {
    let upload = read_form(multipart.map_err(|_| no_form())?).await?;
    Ok((
        StatusCode::CREATED,
        Json(services.upload_media(&tenant.scope, upload).await?),
    ))
}

/// The body limit of this route.
pub fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(UPLOAD_BYTES_MAX + FRAME_BYTES)
}

async fn read_form(mut multipart: Multipart) -> Result<Upload, Failure> {
    let mut number: Option<PhoneNumberId> = None;
    let mut kind: Option<FileKind> = None;
    let mut file: Option<(Option<String>, Bytes)> = None;
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        match field.name() {
            Some("phone_number_id") => {
                let text = field.text().await.map_err(broken)?;
                number = Some(text.parse().map_err(|_| Error::not_found())?);
            }
            Some("kind") => {
                let text = field.text().await.map_err(broken)?;
                let words = "image, video, audio, document or sticker.";
                kind = Some(text.parse().map_err(|_| Error::invalid("kind", words))?);
            }
            Some("file") => {
                let name = field.file_name().map(str::to_owned);
                file = Some((name, field.bytes().await.map_err(broken)?));
            }
            _ => {}
        }
    }
    let phone_number_id = number
        .ok_or_else(|| Error::invalid("phone_number_id", "Name the number that the file will go out on."))?;
    let (filename, bytes) = file.ok_or_else(|| Error::invalid("file", "Attach a file."))?;
    Ok(Upload {
        phone_number_id,
        filename,
        kind,
        bytes,
    })
}

fn broken(error: MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Error::invalid("file", "At most 100 MB: WhatsApp refuses larger files.").into();
    }
    no_form()
}

fn no_form() -> Failure {
    Error::invalid(
        "body",
        "Send multipart/form-data with the fields phone_number_id and file.",
    )
    .into()
}

use axum::{
    Json,
    extract::{
        DefaultBodyLimit, Multipart, State,
        multipart::{MultipartError, MultipartRejection},
    },
    http::StatusCode,
};
use bytes::Bytes;
use domain::{Error, PhoneNumberId};
use services::{
    TenantServices,
    media::{IMAGE_BYTES_MAX, MediaView, Upload},
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
    /// JPEG or PNG, at most 5 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Upload an image for sending.
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
    DefaultBodyLimit::max(IMAGE_BYTES_MAX + FRAME_BYTES)
}

async fn read_form(mut multipart: Multipart) -> Result<Upload, Failure> {
    let mut number: Option<PhoneNumberId> = None;
    let mut file: Option<(Option<String>, Bytes)> = None;
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        match field.name() {
            Some("phone_number_id") => {
                let text = field.text().await.map_err(broken)?;
                number = Some(text.parse().map_err(|_| Error::not_found())?);
            }
            Some("file") => {
                let name = field.file_name().map(str::to_owned);
                file = Some((name, field.bytes().await.map_err(broken)?));
            }
            _ => {}
        }
    }
    let phone_number_id = number.ok_or_else(|| {
        Error::invalid(
            "phone_number_id",
            "Name the number that the image will go out on.",
        )
    })?;
    let (filename, bytes) = file.ok_or_else(|| Error::invalid("file", "Attach a JPEG or PNG image."))?;
    Ok(Upload {
        phone_number_id,
        filename,
        bytes,
    })
}

fn broken(error: MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Error::invalid("file", "At most 5 MB: WhatsApp refuses larger images.").into();
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

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use services::TenantServices;

use crate::http::{
    guard::Visit,
    problem::{ApiResult, PathId},
};

/// Types that a browser may show in place; everything else is a download.
const SHOWN: [&str; 8] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "video/mp4",
    "audio/ogg",
    "audio/mpeg",
    "audio/mp4",
];

/// The bytes behind a link of a media view.
pub async fn linked(
    State(services): State<TenantServices>,
    visit: Visit,
    PathId(token): PathId<String>,
) -> ApiResult<Response> {
    let link = match services.media_link(&token) {
        Ok(link) => link,
        Err(gone) => {
            visit.unproven().await?;
            return Err(gone.into());
        }
    };
    let (tenant, media) = (link.tenant.to_string(), link.media.to_string());
    visit.proven(&media, Some(&tenant)).await?;
    let media = services.linked_media(link).await?;
    let kind = media.mime_type.split(';').next().unwrap_or_default().trim();
    let shown = SHOWN.contains(&kind);
    let mut headers = HeaderMap::new();
    let kind = if shown { kind } else { "application/octet-stream" };
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    let disposition = if shown { "inline" } else { "attachment" };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=900, immutable"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    Ok((headers, media.bytes).into_response())
}

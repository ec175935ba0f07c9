//! The built web apps: hashed files are immutable, everything else falls back to the page.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

/// Files of the tenant app; read from the folder in debug builds, embedded in release builds.
#[derive(RustEmbed)]
#[folder = "../../web/apps/tenant/dist"]
#[allow_missing = true]
pub struct TenantApp;

/// Files of the admin portal.
#[derive(RustEmbed)]
#[folder = "../../web/apps/admin/dist"]
#[allow_missing = true]
pub struct AdminPortal;

/// Pages that explain the error codes.
#[derive(RustEmbed)]
#[folder = "../../docs/errors"]
pub struct ErrorPages;

/// The page of an error code, as Markdown text: what a problem's `type` points at.
pub async fn error_page(Path(code): Path<String>) -> Response {
    match ErrorPages::get(&format!("{code}.md")) {
        Some(page) => (
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            page.data.into_owned(),
        )
            .into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such error code.").into_response(),
    }
}

/// Answers a file, or the page for every other address.
pub async fn serve<A: RustEmbed>(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = A::get(path).filter(|_| !path.is_empty()) {
        return answer(path, file.data.into_owned());
    }
    if path.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    match A::get("index.html") {
        Some(page) => answer("index.html", page.data.into_owned()),
        None => (
            StatusCode::NOT_FOUND,
            "The web app is not built. Run ./run, or npm run build in the folder web.",
        )
            .into_response(),
    }
}

/// True when the page is there; a release must not start without it.
#[must_use]
pub fn is_built<A: RustEmbed>() -> bool {
    A::get("index.html").is_some()
}

fn answer(path: &str, bytes: Vec<u8>) -> Response {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(kind.as_ref()) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

//! The phone page: a built web app, embedded.

use axum::Router;
use axum::extract::Path;
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

use crate::control::guard;
use crate::state::Sandbox;

#[derive(RustEmbed)]
#[folder = "../../web/apps/phone/dist"]
#[allow_missing = true]
struct Files;

/// Only what the page itself ships may run; it talks to its own origin only. A business's media links may be shown.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob: http: https:; media-src 'self' blob: http: https:; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/", get(async || Redirect::to("/phone/")))
        .route("/phone", get(async || Redirect::to("/phone/")))
        .route("/phone/", get(async || file("index.html")))
        .route(
            "/phone/{*path}",
            get(async |Path(path): Path<String>| file(&path)),
        )
        .route_layer(middleware::from_fn_with_state(
            sandbox.clone(),
            guard::own_browser_only,
        ))
}

fn file(path: &str) -> Response {
    let hashed = path.starts_with("assets/");
    let found = Files::get(path).map(|file| (path, file));
    let found = if hashed {
        found
    } else {
        found.or_else(|| Some(("index.html", Files::get("index.html")?)))
    };
    let Some((name, file)) = found else {
        let text = if hashed {
            "No such file."
        } else {
            "The phone page is not built. Run `npm run build` in web/apps/phone, then reload."
        };
        return (StatusCode::NOT_FOUND, text).into_response();
    };
    let caching = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(file.metadata.mimetype()) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if name == "index.html" {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    response
}

//! Layers around every route: request id, limits, time-out, security headers, panic as a problem.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::Error;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};
use tracing::Instrument;
use uuid::Uuid;

use super::problem::{Failure, REQUEST_ID};

/// Bytes of a JSON body; media has a limit of its own.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// How long a request may take; the live stream is outside.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Makes request ids.
pub trait RequestIds: Clone + Send + Sync + 'static {
    /// A fresh one.
    fn next(&self) -> Uuid;
}

impl RequestIds for domain::Ids {
    fn next(&self) -> Uuid {
        self.uuid()
    }
}

/// Wraps API routes; `streaming` routes get no time-out.
pub fn api<S: Clone + Send + Sync + 'static>(routes: Router<S>, streaming: Router<S>) -> Router<S> {
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT);
    routes
        .layer(timeout)
        .merge(streaming)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::map_response(no_store))
        .layer(CatchPanicLayer::custom(|_| {
            Failure::from(Error::internal("a handler panicked")).into_response()
        }))
}

/// Wraps a whole surface: request id with its span, and security headers.
pub fn surface(router: Router, ids: impl RequestIds) -> Router {
    router
        .layer(middleware::map_response(security_headers))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let id = ids.next().simple().to_string();
            async move {
                let span = tracing::info_span!("request", request_id = %id, method = %request.method());
                let mut response = REQUEST_ID
                    .scope(id.clone(), next.run(request).instrument(span))
                    .await;
                if let Ok(value) = HeaderValue::from_str(&id) {
                    response.headers_mut().insert(REQUEST_ID_HEADER, value);
                }
                response
            }
        }))
}

async fn no_store(mut response: Response) -> Response {
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
     connect-src 'self'; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

async fn security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Answers a route of the API that does not exist.
pub async fn no_such_route() -> Failure {
    Error::not_found().into()
}

//! The Graph API: `/v{N}.0/{node}[/{edge}]` with a Bearer token, and media downloads.

mod access;
mod block_users;
mod call;
mod codes;
mod debug_token;
mod dispatch;
pub(crate) mod error;
mod fields;
pub(crate) mod media;
mod messages;
mod nodes;
pub(crate) mod numbers;
mod oauth;
mod profile;
mod receive;
mod registration;
mod subscribed_apps;
mod subscriptions;
mod template_edit;
pub(crate) mod templates;
mod uploads;

use axum::Json;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::StatusCode;
use serde::Serialize;

use crate::state::Sandbox;
pub(crate) use call::{GraphCall, query_pairs};
use error::GraphError;

pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/whatsapp_business/attachments", get(media::download))
        .route("/whatsapp_business/attachments/", get(media::download))
        .route("/{version}/{node}", any(receive::node))
        .route("/{version}/{node}/", any(receive::node))
        .route("/{version}/{node}/{edge}", any(receive::edge))
        .route("/{version}/{node}/{edge}/", any(receive::edge))
}

#[derive(Serialize)]
struct Success {
    success: bool,
}

fn success() -> Result<Response, GraphError> {
    Ok(Json(Success { success: true }).into_response())
}

/// Answers with a JSON body.
fn json_answer(body: &impl Serialize) -> Result<Response, GraphError> {
    Ok(Json(body).into_response())
}

/// 404 without a body, as the media host answers.
fn not_found() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

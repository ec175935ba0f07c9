use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::ConversationId;
use services::{
    TenantServices,
    inbox::{ConversationEventView, NewNote, Noted},
};

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::{Tenant, messages::idempotency_key},
};

/// Write an internal note: seen by the tenant's people, never sent. The same key with the same body answers as before and
/// writes nothing more.
#[utoipa::path(
    post, path = "/v1/t/{slug}/conversations/{conversation_id}/notes", operation_id = "add_note", tag = "conversations",
    security(("session" = []), ("api_key" = [])), request_body = NewNote,
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("conversation_id" = ConversationId, Path, description = "The conversation"),
        ("idempotency-key" = String, Header, description = "1 to 128 characters, one per note"),
    ),
    responses(
        (status = 201, body = ConversationEventView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The key was used for another request"),
    )
)]
pub async fn add_note(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConversationId>,
    headers: HeaderMap,
    Body(request): Body<NewNote>,
) -> ApiResult<Response> {
    let noted = services
        .add_note(&tenant.scope, &idempotency_key(&headers)?, id, &request)
        .await?;
    Ok(match noted {
        Noted::New(note) => (StatusCode::CREATED, Json(note)).into_response(),
        Noted::Replayed(text) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (
                    HeaderName::from_static("idempotent-replayed"),
                    HeaderValue::from_static("true"),
                ),
            ];
            (StatusCode::CREATED, headers, text).into_response()
        }
    })
}

use axum::{extract::State, http::StatusCode};
use domain::SessionId;
use services::TenantServices;

use crate::{
    http::{
        guard::Visit,
        problem::{ApiResult, PathId, Problem},
    },
    tenant::auth::{Session, counted},
};

/// End one of your sessions.
#[utoipa::path(
    delete, path = "/v1/me/sessions/{session_id}", operation_id = "end_my_session", tag = "session",
    security(("session" = [])),
    params(("session_id" = SessionId, Path, description = "The session")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn end_mine(
    State(services): State<TenantServices>,
    visit: Visit,
    Session(session): Session,
    PathId(id): PathId<SessionId>,
) -> ApiResult<StatusCode> {
    counted(&visit, services.end_my_session(&session, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

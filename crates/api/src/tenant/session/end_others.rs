use axum::{extract::State, http::StatusCode};
use services::TenantServices;

use crate::{
    http::{
        guard::Visit,
        problem::{ApiResult, Problem},
    },
    tenant::auth::{Session, counted},
};

/// End every session of yours but this one.
#[utoipa::path(
    delete, path = "/v1/me/sessions", operation_id = "end_my_other_sessions", tag = "session", security(("session" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn end_others(
    State(services): State<TenantServices>,
    visit: Visit,
    Session(session): Session,
) -> ApiResult<StatusCode> {
    counted(&visit, services.end_my_other_sessions(&session).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

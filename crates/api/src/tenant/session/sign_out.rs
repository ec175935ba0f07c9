use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};

use crate::{
    http::{
        cookie::{self, TENANT_COOKIE},
        problem::{ApiResult, Problem},
    },
    tenant::{TenantState, auth::Session},
};

/// End the session; the cookie is removed.
#[utoipa::path(
    post, path = "/v1/sign-out", operation_id = "sign_out", tag = "session", security(("session" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn sign_out(
    State(state): State<TenantState>,
    Session(session): Session,
) -> ApiResult<(StatusCode, HeaderMap)> {
    state.services.sign_out(&session).await?;
    Ok((
        StatusCode::NO_CONTENT,
        cookie::headers(cookie::clear(TENANT_COOKIE, state.cookies.secure)),
    ))
}

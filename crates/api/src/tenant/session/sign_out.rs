use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};

use crate::{
    http::{
        cookie::{self, TENANT_COOKIE},
        guard::Visit,
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
    visit: Visit,
    Session(session): Session,
) -> ApiResult<(StatusCode, HeaderMap)> {
    // Not looked at before it ends, so it is counted as one that proves nothing.
    visit.unproven().await?;
    state.services.sign_out(&session).await?;
    Ok((
        StatusCode::NO_CONTENT,
        cookie::headers(cookie::clear(TENANT_COOKIE, state.cookies.secure)),
    ))
}

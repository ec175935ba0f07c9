use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode},
};

use crate::{
    admin::{
        AdminState,
        refusals::{Down, WrongOrigin},
    },
    http::{
        cookie::{self, PLATFORM_COOKIE},
        guard::Visit,
        problem::ApiResult,
    },
};

/// End the session and remove the cookie; without a session there is nothing to do, which is fine.
#[utoipa::path(
    post, path = "/v1/sign-out", operation_id = "sign_out", tag = "session", security(("session" = []), ()),
    responses((status = 204, description = "Signed out."), WrongOrigin, Down)
)]
pub async fn sign_out(
    State(state): State<AdminState>,
    visit: Visit,
    method: Method,
    headers: HeaderMap,
) -> ApiResult<(StatusCode, HeaderMap)> {
    if let Some(token) = cookie::read(&headers, PLATFORM_COOKIE) {
        state.origins.check(&method, &headers)?;
        // Not looked at before it ends, so it is counted as one that proves nothing.
        visit.unproven().await?;
        state.services.sign_out(&token.into()).await?;
    }
    let cookie = cookie::clear(PLATFORM_COOKIE, state.secure_cookie);
    Ok((StatusCode::NO_CONTENT, cookie::headers(cookie)))
}

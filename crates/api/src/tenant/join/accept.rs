use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method},
};
use secrecy::ExposeSecret;
use services::{
    accounts::sign_in::{Me, SESSION_LIFETIME},
    team::AcceptInvitation,
};

use crate::{
    http::{
        cookie::{self, TENANT_COOKIE},
        guard::Visit,
        problem::{ApiResult, Body, Problem},
    },
    tenant::{TenantState, auth::user_agent},
};

/// Accept an invitation. Somebody new gives name and password and is signed in; somebody known is signed in before.
#[utoipa::path(
    post, path = "/v1/invitation/accept", operation_id = "accept_invitation", tag = "session",
    request_body = AcceptInvitation,
    responses(
        (status = 200, body = Me), (status = 400, body = Problem),
        (status = 403, body = Problem, description = "Not from the app's own origin"),
        (status = 404, body = Problem, description = "The link does not work, or no longer"),
        (status = 409, body = Problem, description = "This person has a sign-in and is not signed in"),
        (status = 422, body = Problem, description = "The tenant has all that it may have"),
    )
)]
pub async fn accept(
    State(state): State<TenantState>,
    visit: Visit,
    method: Method,
    headers: HeaderMap,
    Body(request): Body<AcceptInvitation>,
) -> ApiResult<(HeaderMap, Json<Me>)> {
    state.origins.check(&method, &headers)?;
    visit.sign_in().await?;
    let session = cookie::read(&headers, TENANT_COOKIE);
    let accepted = state
        .services
        .accept_invitation(request, session.as_deref(), visit.client(), user_agent(&headers))
        .await?;
    let cookie = accepted.token.and_then(|token| {
        cookie::set(
            TENANT_COOKIE,
            token.expose_secret().to_owned(),
            state.cookies.secure,
            SESSION_LIFETIME.whole_seconds(),
        )
    });
    Ok((cookie::headers(cookie), Json(accepted.me)))
}

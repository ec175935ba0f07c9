use axum::{extract::State, http::StatusCode};
use services::{TenantServices, accounts::passwords::ResetPassword};

use crate::http::{
    guard::Visit,
    problem::{ApiResult, Body, Problem},
};

/// Set a new password by the link of a mail; the person is signed out everywhere.
#[utoipa::path(
    post, path = "/v1/password-reset/complete", operation_id = "reset_password", tag = "session",
    request_body = ResetPassword,
    responses(
        (status = 204), (status = 400, body = Problem),
        (status = 404, body = Problem, description = "The link does not work, or no longer"),
    )
)]
pub async fn complete(
    State(services): State<TenantServices>,
    visit: Visit,
    Body(request): Body<ResetPassword>,
) -> ApiResult<StatusCode> {
    visit.sign_in().await?;
    services.reset_password(request, visit.client()).await?;
    Ok(StatusCode::NO_CONTENT)
}

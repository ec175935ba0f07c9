use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use services::TenantServices;
use utoipa::ToSchema;

use crate::http::{
    guard::Visit,
    problem::{ApiResult, Body, Problem},
};

/// Whose password is lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReset {
    /// The person's address.
    pub email: String,
}

/// Have a link to a new password sent, if this address is somebody's. The answer is the same for every address.
#[utoipa::path(
    post, path = "/v1/password-reset", operation_id = "request_password_reset", tag = "session",
    request_body = RequestReset,
    responses(
        (status = 202, description = "A mail goes out if the address is known"), (status = 400, body = Problem),
        (status = 422, body = Problem, description = "This installation sends no mail"),
        (status = 429, body = Problem, description = "Too many requests for this address"),
    )
)]
pub async fn request(
    State(services): State<TenantServices>,
    visit: Visit,
    Body(request): Body<RequestReset>,
) -> ApiResult<StatusCode> {
    visit.sign_in().await?;
    services
        .request_password_reset(&request.email, visit.client())
        .await?;
    Ok(StatusCode::ACCEPTED)
}

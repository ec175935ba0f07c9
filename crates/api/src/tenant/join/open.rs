use axum::{Json, extract::State};
use secrecy::SecretString;
use serde::Deserialize;
use services::{TenantServices, team::OpenInvitation};
use utoipa::ToSchema;

use crate::http::{
    guard::Visit,
    problem::{ApiResult, Body, Problem},
};

/// The token of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// What stands behind the `#` of the link.
    #[schema(value_type = String, format = Password)]
    pub token: SecretString,
}

/// What an invitation's link offers.
#[utoipa::path(
    post, path = "/v1/invitation", operation_id = "open_invitation", tag = "session", request_body = LinkToken,
    responses(
        (status = 200, body = OpenInvitation), (status = 400, body = Problem),
        (status = 404, body = Problem, description = "The link does not work, or no longer"),
    )
)]
pub async fn open(
    State(services): State<TenantServices>,
    visit: Visit,
    Body(request): Body<LinkToken>,
) -> ApiResult<Json<OpenInvitation>> {
    visit.sign_in().await?;
    Ok(Json(services.open_invitation(&request.token).await?))
}

use axum::{Json, extract::State, http::StatusCode};
use services::{
    TenantServices,
    team::{CreatedInvitation, InvitePerson},
};

use crate::{
    http::problem::{ApiResult, Body, Problem},
    tenant::Tenant,
};

/// Invite a person by mail; with mail off the link is answered instead.
#[utoipa::path(
    post, path = "/v1/t/{slug}/invitations", operation_id = "create_invitation", tag = "team",
    security(("session" = []), ("api_key" = [])), request_body = InvitePerson,
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 201, body = CreatedInvitation),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The person is a member, or invited already"),
        (status = 422, body = Problem, description = "The tenant has all that it may have"),
    )
)]
pub async fn create(
    State(services): State<TenantServices>,
    tenant: Tenant,
    Body(request): Body<InvitePerson>,
) -> ApiResult<(StatusCode, Json<CreatedInvitation>)> {
    let created = services.invite(&tenant.scope, request).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

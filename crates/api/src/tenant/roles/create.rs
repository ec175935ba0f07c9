use axum::{Json, extract::State, http::StatusCode};
use services::{
    TenantServices,
    team::{RoleDraft, RoleView},
};

use crate::{
    http::problem::{ApiResult, Body, Problem},
    tenant::Tenant,
};

/// Make a custom role of permissions that you have yourself.
#[utoipa::path(
    post, path = "/v1/t/{slug}/roles", operation_id = "create_role", tag = "team",
    security(("session" = []), ("api_key" = [])), request_body = RoleDraft,
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 201, body = RoleView),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem),
    )
)]
pub async fn create(
    State(services): State<TenantServices>,
    tenant: Tenant,
    Body(request): Body<RoleDraft>,
) -> ApiResult<(StatusCode, Json<RoleView>)> {
    let role = services.create_role(&tenant.scope, request).await?;
    Ok((StatusCode::CREATED, Json(role)))
}

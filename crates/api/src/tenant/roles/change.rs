use axum::{Json, extract::State};
use domain::RoleId;
use services::{
    TenantServices,
    team::{RoleDraft, RoleView},
};

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// Change a custom role, at once for everybody who has it.
#[utoipa::path(
    put, path = "/v1/t/{slug}/roles/{role_id}", operation_id = "change_role", tag = "team",
    security(("session" = []), ("api_key" = [])), request_body = RoleDraft,
    params(("slug" = String, Path, description = "The tenant's address"), ("role_id" = RoleId, Path, description = "The role")),
    responses(
        (status = 200, body = RoleView),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem),
    )
)]
pub async fn change(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<RoleId>,
    Body(request): Body<RoleDraft>,
) -> ApiResult<Json<RoleView>> {
    Ok(Json(services.change_role(&tenant.scope, id, request).await?))
}

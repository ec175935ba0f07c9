use axum::{extract::State, http::StatusCode};
use domain::RoleId;
use services::TenantServices;

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Delete a custom role that nobody has and no invitation gives.
#[utoipa::path(
    delete, path = "/v1/t/{slug}/roles/{role_id}", operation_id = "delete_role", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("role_id" = RoleId, Path, description = "The role")),
    responses(
        (status = 204),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem),
    )
)]
pub async fn delete(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<RoleId>,
) -> ApiResult<StatusCode> {
    services.delete_role(&tenant.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

use axum::{extract::State, http::StatusCode};
use domain::UserId;
use services::TenantServices;

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Take a member out of the team; they are signed out everywhere.
#[utoipa::path(
    delete, path = "/v1/t/{slug}/members/{user_id}", operation_id = "remove_member", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("user_id" = UserId, Path, description = "The member")),
    responses(
        (status = 204),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The last owner"),
    )
)]
pub async fn remove(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<UserId>,
) -> ApiResult<StatusCode> {
    services.remove_member(&tenant.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

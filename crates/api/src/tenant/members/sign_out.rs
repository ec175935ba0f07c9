use axum::{extract::State, http::StatusCode};
use domain::UserId;
use services::TenantServices;

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Sign a member out everywhere.
#[utoipa::path(
    delete, path = "/v1/t/{slug}/members/{user_id}/sessions", operation_id = "sign_member_out", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("user_id" = UserId, Path, description = "The member")),
    responses(
        (status = 204),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn sign_out(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<UserId>,
) -> ApiResult<StatusCode> {
    services.sign_member_out(&tenant.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

use axum::{Json, extract::State};
use domain::TenantId;
use services::platform::Tenant;

use crate::{
    admin::{
        AdminState, PlatformUser,
        refusals::{Down, Missing, SignedOut, WrongOrigin},
    },
    http::problem::{ApiResult, PathId},
};

/// Let a suspended tenant work again.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant_id}/resume", operation_id = "resume_tenant", tag = "tenants", security(("session" = [])),
    params(("tenant_id" = TenantId, Path, description = "The tenant")),
    responses((status = 200, body = Tenant), SignedOut, WrongOrigin, Missing, Down)
)]
pub async fn resume(
    State(state): State<AdminState>,
    user: PlatformUser,
    PathId(id): PathId<TenantId>,
) -> ApiResult<Json<Tenant>> {
    Ok(Json(state.services.resume_tenant(user.actor(), id).await?))
}

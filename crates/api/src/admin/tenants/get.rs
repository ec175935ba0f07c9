use axum::{Json, extract::State};
use domain::TenantId;
use services::platform::TenantDetail;

use crate::{
    admin::{
        AdminState, PlatformUser,
        refusals::{Down, Missing, SignedOut},
    },
    http::problem::{ApiResult, PathId},
};

/// One tenant with its numbers.
#[utoipa::path(
    get, path = "/v1/tenants/{tenant_id}", operation_id = "get_tenant", tag = "tenants", security(("session" = [])),
    params(("tenant_id" = TenantId, Path, description = "The tenant")),
    responses((status = 200, body = TenantDetail), SignedOut, Missing, Down)
)]
pub async fn get(
    State(state): State<AdminState>,
    user: PlatformUser,
    PathId(id): PathId<TenantId>,
) -> ApiResult<Json<TenantDetail>> {
    Ok(Json(state.services.tenant(&user.0, id).await?))
}

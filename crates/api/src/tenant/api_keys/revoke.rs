use axum::{extract::State, http::StatusCode};
use domain::ApiKeyId;
use services::TenantServices;

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Revoke an API key at once.
#[utoipa::path(
    delete, path = "/v1/t/{slug}/api-keys/{api_key_id}", operation_id = "revoke_api_key", tag = "api_keys",
    security(("session" = []), ("api_key" = [])),
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("api_key_id" = ApiKeyId, Path, description = "The key"),
    ),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn revoke(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ApiKeyId>,
) -> ApiResult<StatusCode> {
    services.revoke_api_key(&tenant.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

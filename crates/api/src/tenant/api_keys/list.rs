use axum::{Json, extract::State};
use services::{TenantServices, accounts::api_keys::ApiKeyView};

use crate::{
    http::{
        page::ListBody,
        problem::{ApiResult, Problem},
    },
    tenant::Tenant,
};

/// Every API key of the tenant.
#[utoipa::path(
    get, path = "/v1/t/{slug}/api-keys", operation_id = "list_api_keys", tag = "api_keys", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address")),
    responses((status = 200, body = ListBody<ApiKeyView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
) -> ApiResult<Json<ListBody<ApiKeyView>>> {
    Ok(Json(ListBody {
        items: services.api_keys(&tenant.scope).await?,
    }))
}

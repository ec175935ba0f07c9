use axum::{Json, extract::State};
use services::{TenantServices, onboarding::NumberView};

use crate::{
    http::{
        page::ListBody,
        problem::{ApiResult, Problem},
    },
    tenant::Tenant,
};

/// Every number of the tenant.
#[utoipa::path(
    get, path = "/v1/t/{slug}/numbers", operation_id = "list_numbers", tag = "numbers", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address")),
    responses((status = 200, body = ListBody<NumberView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
) -> ApiResult<Json<ListBody<NumberView>>> {
    Ok(Json(ListBody {
        items: services.numbers(&tenant.scope).await?,
    }))
}

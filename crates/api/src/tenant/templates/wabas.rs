use axum::{Json, extract::State};
use services::{TenantServices, templates::WabaView};

use crate::{
    http::{
        page::ListBody,
        problem::{ApiResult, Problem},
    },
    tenant::Tenant,
};

/// The tenant's WhatsApp Business Accounts.
#[utoipa::path(
    get, path = "/v1/t/{slug}/wabas", operation_id = "list_wabas", tag = "templates", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address")),
    responses((status = 200, body = ListBody<WabaView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn wabas(
    State(services): State<TenantServices>,
    tenant: Tenant,
) -> ApiResult<Json<ListBody<WabaView>>> {
    Ok(Json(ListBody {
        items: services.wabas(&tenant.scope).await?,
    }))
}

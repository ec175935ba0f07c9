use axum::{Json, extract::State};
use services::{TenantServices, onboarding::MetaAppView};

use crate::{
    http::{
        page::ListBody,
        problem::{ApiResult, Problem},
    },
    tenant::Tenant,
};

/// The apps a number can be connected through.
#[utoipa::path(
    get, path = "/v1/t/{slug}/meta-apps", operation_id = "list_meta_apps", tag = "numbers", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address")),
    responses((status = 200, body = ListBody<MetaAppView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn meta_apps(
    State(services): State<TenantServices>,
    tenant: Tenant,
) -> ApiResult<Json<ListBody<MetaAppView>>> {
    Ok(Json(ListBody {
        items: services.meta_apps(&tenant.scope).await?,
    }))
}

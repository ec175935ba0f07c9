use axum::{Json, extract::State};
use domain::WabaId;
use services::{TenantServices, templates::SyncReport};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Read every template of a WABA from the provider.
#[utoipa::path(
    post, path = "/v1/t/{slug}/wabas/{waba_id}/templates/sync", operation_id = "sync_templates", tag = "templates", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("waba_id" = WabaId, Path, description = "The WABA")),
    responses((status = 200, body = SyncReport), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 502, body = Problem, description = "The provider refused"), (status = 503, body = Problem))
)]
pub async fn sync(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<WabaId>,
) -> ApiResult<Json<SyncReport>> {
    Ok(Json(services.sync_templates(&tenant.scope, id).await?))
}

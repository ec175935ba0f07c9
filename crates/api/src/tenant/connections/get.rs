use axum::{Json, extract::State};
use domain::ConnectionId;
use services::{TenantServices, onboarding::ConnectionView};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// A run of the step log.
#[utoipa::path(
    get, path = "/v1/t/{slug}/connections/{connection_id}", operation_id = "get_connection", tag = "connections", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("connection_id" = ConnectionId, Path, description = "The run")),
    responses((status = 200, body = ConnectionView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn get(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConnectionId>,
) -> ApiResult<Json<ConnectionView>> {
    Ok(Json(services.connection(&tenant.scope, id).await?))
}

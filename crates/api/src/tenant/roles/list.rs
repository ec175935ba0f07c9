use axum::{Json, extract::State};
use services::{TenantServices, team::RoleView};

use crate::{
    http::{
        page::ListBody,
        problem::{ApiResult, Problem},
    },
    tenant::Tenant,
};

/// Every role: built-in ones, then custom ones by name.
#[utoipa::path(
    get, path = "/v1/t/{slug}/roles", operation_id = "list_roles", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 200, body = ListBody<RoleView>),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
) -> ApiResult<Json<ListBody<RoleView>>> {
    let items = services.roles(&tenant.scope).await?;
    Ok(Json(ListBody { items }))
}

use axum::{Json, extract::State};
use services::{TenantServices, settings::SettingsView};

use crate::{
    http::problem::{ApiResult, Problem},
    tenant::Tenant,
};

/// The tenant's settings, and what the installation does for it.
#[utoipa::path(
    get, path = "/v1/t/{slug}/settings", operation_id = "get_settings", tag = "settings",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 200, body = SettingsView),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn get(State(services): State<TenantServices>, tenant: Tenant) -> ApiResult<Json<SettingsView>> {
    Ok(Json(services.settings(&tenant.scope).await?))
}

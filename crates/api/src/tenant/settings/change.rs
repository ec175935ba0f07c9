use axum::{Json, extract::State};
use services::{
    TenantServices,
    settings::{ChangeSettings, SettingsView},
};

use crate::{
    http::problem::{ApiResult, Body, Problem},
    tenant::Tenant,
};

/// Change the tenant's name, time zone or language.
#[utoipa::path(
    patch, path = "/v1/t/{slug}/settings", operation_id = "change_settings", tag = "settings",
    security(("session" = []), ("api_key" = [])), request_body = ChangeSettings,
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 200, body = SettingsView),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn change(
    State(services): State<TenantServices>,
    tenant: Tenant,
    Body(request): Body<ChangeSettings>,
) -> ApiResult<Json<SettingsView>> {
    Ok(Json(services.change_settings(&tenant.scope, request).await?))
}

use axum::{Json, extract::State};
use domain::TemplateId;
use services::{TenantServices, templates::TemplateView};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// One template with what a send must fill.
#[utoipa::path(
    get, path = "/v1/t/{slug}/templates/{template_id}", operation_id = "get_template", tag = "templates", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("template_id" = TemplateId, Path, description = "The template")),
    responses((status = 200, body = TemplateView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn get(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<TemplateId>,
) -> ApiResult<Json<TemplateView>> {
    Ok(Json(services.template(&tenant.scope, id).await?))
}

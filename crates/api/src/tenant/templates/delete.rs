use axum::{extract::State, http::StatusCode};
use domain::TemplateId;
use services::TenantServices;

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Delete one language of a template, at the provider and here.
#[utoipa::path(
    delete, path = "/v1/t/{slug}/templates/{template_id}", operation_id = "delete_template", tag = "templates",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("template_id" = TemplateId, Path, description = "The template")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 502, body = Problem, description = "The provider refused"), (status = 503, body = Problem),
    )
)]
pub async fn delete(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<TemplateId>,
) -> ApiResult<StatusCode> {
    services.delete_template(&tenant.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

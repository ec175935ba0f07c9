use axum::{Json, extract::State, http::StatusCode};
use domain::{WabaId, template::NewTemplate};
use services::{TenantServices, templates::TemplateView};

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// Submit a template for review.
#[utoipa::path(
    post, path = "/v1/t/{slug}/wabas/{waba_id}/templates", operation_id = "create_template", tag = "templates",
    security(("session" = []), ("api_key" = [])), request_body = NewTemplate,
    params(("slug" = String, Path, description = "The tenant's address"), ("waba_id" = WabaId, Path, description = "The WABA")),
    responses(
        (status = 201, body = TemplateView, description = "`status` is PENDING until the review is over"),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 502, body = Problem, description = "The provider refused"), (status = 503, body = Problem),
    )
)]
pub async fn create(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(waba): PathId<WabaId>,
    Body(request): Body<NewTemplate>,
) -> ApiResult<(StatusCode, Json<TemplateView>)> {
    let view = services.create_template(&tenant.scope, waba, &request).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

use axum::{Json, extract::State};
use domain::{
    TemplateId,
    template::{Rendered, Values},
};
use serde::{Deserialize, Serialize};
use services::TenantServices;
use utoipa::ToSchema;

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem, ProblemField},
    tenant::Tenant,
};

/// Values to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// Values by parameter key; missing ones show as their placeholder.
    #[serde(default)]
    pub parameters: Values,
}

/// What the customer would see.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplatePreview)]
pub struct Preview {
    /// By the code that renders what is sent.
    pub rendered: Rendered,
    /// What is missing or can't be used.
    pub faults: Vec<ProblemField>,
}

/// Render a template with values.
#[utoipa::path(
    post, path = "/v1/t/{slug}/templates/{template_id}/preview", operation_id = "preview_template", tag = "templates",
    security(("session" = []), ("api_key" = [])), request_body = PreviewRequest,
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("template_id" = TemplateId, Path, description = "The template"),
    ),
    responses(
        (status = 200, body = Preview), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn preview(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<TemplateId>,
    Body(request): Body<PreviewRequest>,
) -> ApiResult<Json<Preview>> {
    let preview = services
        .preview_template(&tenant.scope, id, &request.parameters)
        .await?;
    let faults = preview.faults.into_iter().map(|fault| ProblemField {
        field: fault.field,
        message: fault.message,
    });
    Ok(Json(Preview {
        rendered: preview.rendered,
        faults: faults.collect(),
    }))
}

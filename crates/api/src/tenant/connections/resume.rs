use axum::{Json, extract::State};
use domain::ConnectionId;
use services::{
    TenantServices,
    onboarding::{ConnectionView, ResumeConnection},
};

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// Go through the steps of a run again, with a new token or PIN if given.
#[utoipa::path(
    post, path = "/v1/t/{slug}/connections/{connection_id}/resume", operation_id = "resume_connection", tag = "connections",
    security(("session" = []), ("api_key" = [])), request_body = ResumeConnection,
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("connection_id" = ConnectionId, Path, description = "The run"),
    ),
    responses(
        (status = 200, body = ConnectionView), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn resume(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConnectionId>,
    Body(request): Body<ResumeConnection>,
) -> ApiResult<Json<ConnectionView>> {
    Ok(Json(
        services.resume_connection(&tenant.scope, id, request).await?,
    ))
}

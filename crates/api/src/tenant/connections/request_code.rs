use axum::{extract::State, http::StatusCode};
use domain::ConnectionId;
use services::{TenantServices, onboarding::RequestCode};

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// Have WhatsApp send a code to the number of a run, which proves that it is yours.
#[utoipa::path(
    post, path = "/v1/t/{slug}/connections/{connection_id}/request-code", operation_id = "request_code", tag = "connections",
    security(("session" = []), ("api_key" = [])), request_body = RequestCode,
    params(("slug" = String, Path, description = "The tenant's address"), ("connection_id" = ConnectionId, Path, description = "The run")),
    responses(
        (status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 502, body = Problem, description = "The provider refused"), (status = 503, body = Problem),
    )
)]
pub async fn request_code(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConnectionId>,
    Body(request): Body<RequestCode>,
) -> ApiResult<StatusCode> {
    services.request_code(&tenant.scope, id, &request).await?;
    Ok(StatusCode::NO_CONTENT)
}

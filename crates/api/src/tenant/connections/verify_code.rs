use axum::{extract::State, http::StatusCode};
use domain::ConnectionId;
use serde::Deserialize;
use services::TenantServices;
use utoipa::ToSchema;

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// The code that came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyCode {
    /// Its digits.
    pub code: String,
}

/// Prove the number of a run with the code that came; then resume the run.
#[utoipa::path(
    post, path = "/v1/t/{slug}/connections/{connection_id}/verify-code", operation_id = "verify_code", tag = "connections",
    security(("session" = []), ("api_key" = [])), request_body = VerifyCode,
    params(("slug" = String, Path, description = "The tenant's address"), ("connection_id" = ConnectionId, Path, description = "The run")),
    responses(
        (status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 502, body = Problem, description = "The provider refused"), (status = 503, body = Problem),
    )
)]
pub async fn verify_code(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConnectionId>,
    Body(request): Body<VerifyCode>,
) -> ApiResult<StatusCode> {
    services.verify_code(&tenant.scope, id, &request.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

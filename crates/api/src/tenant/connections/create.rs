use axum::{Json, extract::State, http::StatusCode};
use services::{
    TenantServices,
    onboarding::{ConnectNumber, ConnectionView},
};

use crate::{
    http::problem::{ApiResult, Body, Problem},
    tenant::Tenant,
};

/// Connect a number by hand: goes through every step and logs each.
#[utoipa::path(
    post, path = "/v1/t/{slug}/connections", operation_id = "create_connection", tag = "connections",
    security(("session" = []), ("api_key" = [])), request_body = ConnectNumber,
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 201, body = ConnectionView, description = "`state` tells whether it is connected; a failed step names the cure"),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem, description = "The tenant has all that it may have"),
    )
)]
pub async fn create(
    State(services): State<TenantServices>,
    tenant: Tenant,
    Body(request): Body<ConnectNumber>,
) -> ApiResult<(StatusCode, Json<ConnectionView>)> {
    Ok((
        StatusCode::CREATED,
        Json(services.connect_number(&tenant.scope, request).await?),
    ))
}

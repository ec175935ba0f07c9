use axum::{Json, extract::State};
use domain::PhoneNumberId;
use services::{TenantServices, onboarding::NumberView};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Lift what a person may lift of a number's stops, once the cause is mended; it sends again when none is left.
#[utoipa::path(
    post, path = "/v1/t/{slug}/numbers/{phone_number_id}/resume", operation_id = "resume_number", tag = "numbers", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("phone_number_id" = PhoneNumberId, Path, description = "The number")),
    responses((status = 200, body = NumberView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem, description = "What stops the number is not lifted by resuming it")),
)]
pub async fn resume(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<PhoneNumberId>,
) -> ApiResult<Json<NumberView>> {
    Ok(Json(services.resume_number(&tenant.scope, id).await?))
}

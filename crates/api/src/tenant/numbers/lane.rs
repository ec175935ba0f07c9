use axum::{Json, extract::State};
use domain::PhoneNumberId;
use services::{TenantServices, lanes::LaneView};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// What the scheduler does for a number: its queue, its pace, and why it waits.
#[utoipa::path(
    get, path = "/v1/t/{slug}/numbers/{phone_number_id}/lane", operation_id = "get_lane", tag = "numbers", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("phone_number_id" = PhoneNumberId, Path, description = "The number")),
    responses((status = 200, body = LaneView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn lane(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<PhoneNumberId>,
) -> ApiResult<Json<LaneView>> {
    Ok(Json(services.lane(&tenant.scope, id).await?))
}

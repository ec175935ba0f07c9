use axum::{Json, extract::State};
use services::platform::PlatformLane;

use crate::{
    admin::{
        AdminState, PlatformUser,
        refusals::{Down, Faulty, SignedOut},
    },
    http::{
        page::{PageBody, PageQuery},
        problem::{ApiResult, QueryParams},
    },
};

/// What each lane of the installation does, by tenant.
#[utoipa::path(
    get, path = "/v1/lanes", operation_id = "list_lanes", tag = "lanes", security(("session" = [])),
    params(PageQuery),
    responses((status = 200, body = PageBody<PlatformLane>), Faulty, SignedOut, Down)
)]
pub async fn list(
    State(state): State<AdminState>,
    user: PlatformUser,
    QueryParams(query): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<PlatformLane>>> {
    Ok(Json(state.services.lanes(&user.0, &query.into()).await?.into()))
}

use axum::{Json, extract::State};
use services::platform::Tenant;

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

/// Every tenant, newest first.
#[utoipa::path(
    get, path = "/v1/tenants", operation_id = "list_tenants", tag = "tenants", security(("session" = [])),
    params(PageQuery),
    responses((status = 200, body = PageBody<Tenant>), Faulty, SignedOut, Down)
)]
pub async fn list(
    State(state): State<AdminState>,
    user: PlatformUser,
    QueryParams(query): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<Tenant>>> {
    Ok(Json(state.services.tenants(&user.0, &query.into()).await?.into()))
}

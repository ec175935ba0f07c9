//! What retention removed, under which rule.

use axum::{Json, extract::State};
use services::platform::RetentionReport;

use super::{
    AdminState, PlatformUser,
    refusals::{Down, Faulty, SignedOut},
};
use crate::http::{
    page::{PageBody, PageQuery},
    problem::{ApiResult, QueryParams},
};

/// What retention removed, the latest run first.
#[utoipa::path(
    get, path = "/v1/retention", operation_id = "list_retention_reports", tag = "retention", security(("session" = [])),
    params(PageQuery),
    responses((status = 200, body = PageBody<RetentionReport>), Faulty, SignedOut, Down)
)]
pub async fn list(
    State(state): State<AdminState>,
    user: PlatformUser,
    QueryParams(query): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<RetentionReport>>> {
    Ok(Json(
        state.services.retention(&user.0, &query.into()).await?.into(),
    ))
}

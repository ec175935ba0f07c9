use axum::{Json, extract::State};
use services::{TenantServices, team::MemberView};

use crate::{
    http::{
        page::{PageBody, PageQuery},
        problem::{ApiResult, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// A page of the team, the longest known first.
#[utoipa::path(
    get, path = "/v1/t/{slug}/members", operation_id = "list_members", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), PageQuery),
    responses(
        (status = 200, body = PageBody<MemberView>),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
    QueryParams(query): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<MemberView>>> {
    Ok(Json(services.members(&tenant.scope, &query.into()).await?.into()))
}

use axum::{Json, extract::State};
use services::{TenantServices, inbox::PersonRef};

use crate::{
    http::{
        page::{PageBody, PageQuery},
        problem::{ApiResult, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// A page of the people who may be given conversations, by name.
#[utoipa::path(
    get, path = "/v1/t/{slug}/assignees", operation_id = "list_assignees", tag = "conversations",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), PageQuery),
    responses(
        (status = 200, body = PageBody<PersonRef>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn assignees(
    State(services): State<TenantServices>,
    tenant: Tenant,
    QueryParams(page): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<PersonRef>>> {
    Ok(Json(
        services.assignees(&tenant.scope, &page.into()).await?.into(),
    ))
}

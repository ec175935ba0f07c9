use axum::{Json, extract::State};
use domain::UserId;
use services::{TenantServices, accounts::sessions::SessionView};

use crate::{
    http::{
        page::ListBody,
        problem::{ApiResult, PathId, Problem},
    },
    tenant::Tenant,
};

/// Where a member is signed in.
#[utoipa::path(
    get, path = "/v1/t/{slug}/members/{user_id}/sessions", operation_id = "list_member_sessions", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("user_id" = UserId, Path, description = "The member")),
    responses(
        (status = 200, body = ListBody<SessionView>),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn sessions(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<UserId>,
) -> ApiResult<Json<ListBody<SessionView>>> {
    let items = services.member_sessions(&tenant.scope, id).await?;
    Ok(Json(ListBody { items }))
}

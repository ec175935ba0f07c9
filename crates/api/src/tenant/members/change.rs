use axum::{Json, extract::State};
use domain::UserId;
use services::{
    TenantServices,
    team::{ChangeMember, MemberView},
};

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// Give a member another role; it counts from their next request on.
#[utoipa::path(
    patch, path = "/v1/t/{slug}/members/{user_id}", operation_id = "change_member", tag = "team",
    security(("session" = []), ("api_key" = [])), request_body = ChangeMember,
    params(("slug" = String, Path, description = "The tenant's address"), ("user_id" = UserId, Path, description = "The member")),
    responses(
        (status = 200, body = MemberView),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The last owner"),
    )
)]
pub async fn change(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<UserId>,
    Body(request): Body<ChangeMember>,
) -> ApiResult<Json<MemberView>> {
    Ok(Json(services.change_member(&tenant.scope, id, &request).await?))
}

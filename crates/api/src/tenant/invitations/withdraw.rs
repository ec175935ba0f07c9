use axum::{extract::State, http::StatusCode};
use domain::InvitationId;
use services::TenantServices;

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Withdraw an invitation; its link stops working.
#[utoipa::path(
    delete, path = "/v1/t/{slug}/invitations/{invitation_id}", operation_id = "withdraw_invitation", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("invitation_id" = InvitationId, Path, description = "The invitation")),
    responses(
        (status = 204),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn withdraw(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<InvitationId>,
) -> ApiResult<StatusCode> {
    services.withdraw_invitation(&tenant.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

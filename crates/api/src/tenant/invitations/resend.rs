use axum::{Json, extract::State};
use domain::InvitationId;
use services::{TenantServices, team::CreatedInvitation};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Send an invitation again, with a new link; the former one stops working.
#[utoipa::path(
    post, path = "/v1/t/{slug}/invitations/{invitation_id}/resend", operation_id = "resend_invitation", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("invitation_id" = InvitationId, Path, description = "The invitation")),
    responses(
        (status = 200, body = CreatedInvitation),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn resend(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<InvitationId>,
) -> ApiResult<Json<CreatedInvitation>> {
    Ok(Json(services.resend_invitation(&tenant.scope, id).await?))
}

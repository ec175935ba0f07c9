use axum::{Json, extract::State};
use services::{TenantServices, team::InvitationView};

use crate::{
    http::{
        page::ListBody,
        problem::{ApiResult, Problem},
    },
    tenant::Tenant,
};

/// Every open invitation, newest first.
#[utoipa::path(
    get, path = "/v1/t/{slug}/invitations", operation_id = "list_invitations", tag = "team",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 200, body = ListBody<InvitationView>),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
) -> ApiResult<Json<ListBody<InvitationView>>> {
    let items = services.invitations(&tenant.scope).await?;
    Ok(Json(ListBody { items }))
}

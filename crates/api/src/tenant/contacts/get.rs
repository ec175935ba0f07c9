use axum::{Json, extract::State};
use domain::ContactId;
use services::{TenantServices, contacts::ContactView};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// One contact with what identifies them.
#[utoipa::path(
    get, path = "/v1/t/{slug}/contacts/{contact_id}", operation_id = "get_contact", tag = "contacts", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("contact_id" = ContactId, Path, description = "The contact")),
    responses((status = 200, body = ContactView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn get(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ContactId>,
) -> ApiResult<Json<ContactView>> {
    Ok(Json(services.contact(&tenant.scope, id).await?))
}

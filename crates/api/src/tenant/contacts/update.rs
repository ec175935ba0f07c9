use axum::{Json, extract::State};
use domain::ContactId;
use services::{
    TenantServices,
    contacts::{ContactChange, ContactView},
};

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// Change the name and the attributes that the tenant's people gave a contact.
#[utoipa::path(
    patch, path = "/v1/t/{slug}/contacts/{contact_id}", operation_id = "update_contact", tag = "contacts",
    security(("session" = []), ("api_key" = [])), request_body = ContactChange,
    params(("slug" = String, Path, description = "The tenant's address"), ("contact_id" = ContactId, Path, description = "The contact")),
    responses(
        (status = 200, body = ContactView), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn update(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ContactId>,
    Body(change): Body<ContactChange>,
) -> ApiResult<Json<ContactView>> {
    Ok(Json(services.update_contact(&tenant.scope, id, &change).await?))
}

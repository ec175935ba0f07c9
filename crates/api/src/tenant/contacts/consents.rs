use axum::{Json, extract::State};
use domain::ContactId;
use services::{TenantServices, consents::ConsentView};

use crate::{
    http::{
        page::{PageBody, PageQuery},
        problem::{ApiResult, PathId, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// What a contact allowed and withdrew, the latest first.
#[utoipa::path(
    get, path = "/v1/t/{slug}/contacts/{contact_id}/consents", operation_id = "list_consents", tag = "contacts",
    security(("session" = []), ("api_key" = [])),
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("contact_id" = ContactId, Path, description = "The contact"), PageQuery,
    ),
    responses(
        (status = 200, body = PageBody<ConsentView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn consents(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ContactId>,
    QueryParams(query): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<ConsentView>>> {
    Ok(Json(
        services.consents(&tenant.scope, id, &query.into()).await?.into(),
    ))
}

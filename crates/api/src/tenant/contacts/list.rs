use axum::{Json, extract::State};
use serde::Deserialize;
use services::{PageRequest, TenantServices, contacts::ContactView};
use utoipa::IntoParams;

use crate::{
    http::{
        page::PageBody,
        problem::{ApiResult, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// Query of the contact list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContactsQuery {
    /// Start of the name, digits of the phone, or a whole user id.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100; 50 if left out.
    pub limit: Option<u32>,
    /// `next_cursor` of the former page.
    pub cursor: Option<String>,
}

/// A page of contacts, newest first.
#[utoipa::path(
    get, path = "/v1/t/{slug}/contacts", operation_id = "list_contacts", tag = "contacts",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ContactsQuery),
    responses(
        (status = 200, body = PageBody<ContactView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
    QueryParams(query): QueryParams<ContactsQuery>,
) -> ApiResult<Json<PageBody<ContactView>>> {
    let page = PageRequest {
        limit: query.limit,
        cursor: query.cursor,
    };
    Ok(Json(
        services
            .contacts(&tenant.scope, query.q.as_deref(), &page)
            .await?
            .into(),
    ))
}

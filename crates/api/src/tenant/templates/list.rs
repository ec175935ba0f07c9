use axum::{Json, extract::State};
use domain::PhoneNumberId;
use serde::Deserialize;
use services::{PageRequest, TenantServices, templates::TemplateView};
use utoipa::IntoParams;

use crate::{
    http::{
        page::PageBody,
        problem::{ApiResult, Failure, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// Query of the template list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TemplatesQuery {
    /// Only this status, `APPROVED`.
    pub status: Option<String>,
    /// Only templates that this number can send.
    #[param(value_type = Option<PhoneNumberId>)]
    pub phone_number_id: Option<String>,
    /// Rows wanted, 1 to 100; 50 if left out.
    pub limit: Option<u32>,
    /// `next_cursor` of the former page.
    pub cursor: Option<String>,
}

/// A page of templates by name.
#[utoipa::path(
    get, path = "/v1/t/{slug}/templates", operation_id = "list_templates", tag = "templates",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), TemplatesQuery),
    responses(
        (status = 200, body = PageBody<TemplateView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
    QueryParams(query): QueryParams<TemplatesQuery>,
) -> ApiResult<Json<PageBody<TemplateView>>> {
    let number = query
        .phone_number_id
        .map(|text| text.parse::<PhoneNumberId>())
        .transpose();
    let number = number.map_err(|_| Failure::from(domain::Error::not_found()))?;
    let page = PageRequest {
        limit: query.limit,
        cursor: query.cursor,
    };
    Ok(Json(
        services
            .templates(&tenant.scope, query.status, number, &page)
            .await?
            .into(),
    ))
}

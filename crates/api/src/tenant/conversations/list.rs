use axum::{Json, extract::State};
use serde::Deserialize;
use services::{
    TenantServices,
    inbox::{ConversationView, View},
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        page::PageBody,
        problem::{ApiResult, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// Query of the conversation list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConversationsQuery {
    /// Which conversations; `all` if left out.
    #[serde(default)]
    #[param(inline)]
    pub view: ConversationFilter,
    /// Rows wanted, 1 to 100; 50 if left out.
    pub limit: Option<u32>,
    /// `next_cursor` of the former page.
    pub cursor: Option<String>,
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationFilter {
    /// Every one.
    #[default]
    All,
    /// Those with unread messages.
    Unread,
}

/// A page of conversations, newest first.
#[utoipa::path(
    get, path = "/v1/t/{slug}/conversations", operation_id = "list_conversations", tag = "conversations",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ConversationsQuery),
    responses(
        (status = 200, body = PageBody<ConversationView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
    QueryParams(query): QueryParams<ConversationsQuery>,
) -> ApiResult<Json<PageBody<ConversationView>>> {
    let view = match query.view {
        ConversationFilter::All => View::All,
        ConversationFilter::Unread => View::Unread,
    };
    let page = services::PageRequest {
        limit: query.limit,
        cursor: query.cursor,
    };
    Ok(Json(
        services.conversations(&tenant.scope, view, &page).await?.into(),
    ))
}

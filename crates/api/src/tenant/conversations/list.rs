use axum::{Json, extract::State};
use domain::Error;
use serde::Deserialize;
use services::{
    Actor, TenantScope, TenantServices,
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
    /// Instead of a view: start of the contact's name, digits of the phone, or a whole user id. Finds resolved ones too.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100; 50 if left out.
    pub limit: Option<u32>,
    /// `next_cursor` of the former page.
    pub cursor: Option<String>,
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationFilter {
    /// Every open one.
    #[default]
    All,
    /// Open ones of the person who asks.
    Mine,
    /// Open ones of nobody.
    Unassigned,
    /// Open ones with unread messages.
    Unread,
    /// Resolved ones.
    Resolved,
}

impl ConversationFilter {
    fn view(self, scope: &TenantScope) -> Result<View, Error> {
        Ok(match (self, scope.actor()) {
            (Self::All, _) => View::All,
            (Self::Unassigned, _) => View::Unassigned,
            (Self::Unread, _) => View::Unread,
            (Self::Resolved, _) => View::Resolved,
            (Self::Mine, Actor::User { user_id, .. }) => View::Mine(*user_id),
            (Self::Mine, _) => {
                let words = "Conversations belong to people; an API key has none. Choose another view.";
                return Err(Error::invalid("view", words));
            }
        })
    }
}

/// A page of conversations, newest first; with `q` those of the contacts that it finds.
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
    let page = services::PageRequest {
        limit: query.limit,
        cursor: query.cursor,
    };
    let found = match query.q.as_deref().filter(|q| !q.trim().is_empty()) {
        Some(q) => services.search_conversations(&tenant.scope, q, &page).await?,
        None => {
            let view = query.view.view(&tenant.scope)?;
            services.conversations(&tenant.scope, view, &page).await?
        }
    };
    Ok(Json(found.into()))
}

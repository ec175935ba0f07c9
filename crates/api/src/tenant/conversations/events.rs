use axum::{Json, extract::State};
use domain::ConversationId;
use services::{TenantServices, inbox::ConversationEventView};

use crate::{
    http::{
        page::{PageBody, PageQuery},
        problem::{ApiResult, PathId, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// A page of notes and of what people did in a conversation, newest first.
#[utoipa::path(
    get, path = "/v1/t/{slug}/conversations/{conversation_id}/events", operation_id = "list_conversation_events", tag = "conversations",
    security(("session" = []), ("api_key" = [])),
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("conversation_id" = ConversationId, Path, description = "The conversation"), PageQuery,
    ),
    responses(
        (status = 200, body = PageBody<ConversationEventView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn events(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConversationId>,
    QueryParams(page): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<ConversationEventView>>> {
    let page = services
        .conversation_events(&tenant.scope, id, &page.into())
        .await?;
    Ok(Json(page.into()))
}

use axum::{Json, extract::State};
use domain::ConversationId;
use services::{TenantServices, inbox::MessageView};

use crate::{
    http::{
        page::{PageBody, PageQuery},
        problem::{ApiResult, PathId, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// A page of a thread, newest first.
#[utoipa::path(
    get, path = "/v1/t/{slug}/conversations/{conversation_id}/messages", operation_id = "list_messages", tag = "conversations",
    security(("session" = []), ("api_key" = [])),
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("conversation_id" = ConversationId, Path, description = "The conversation"), PageQuery,
    ),
    responses(
        (status = 200, body = PageBody<MessageView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn messages(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConversationId>,
    QueryParams(page): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<MessageView>>> {
    Ok(Json(
        services.thread(&tenant.scope, id, &page.into()).await?.into(),
    ))
}

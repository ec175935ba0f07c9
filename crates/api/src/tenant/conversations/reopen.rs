use axum::{Json, extract::State};
use domain::ConversationId;
use services::{TenantServices, inbox::ConversationView};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Open a resolved conversation again.
#[utoipa::path(
    post, path = "/v1/t/{slug}/conversations/{conversation_id}/reopen", operation_id = "reopen_conversation", tag = "conversations",
    security(("session" = []), ("api_key" = [])),
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("conversation_id" = ConversationId, Path, description = "The conversation"),
    ),
    responses((status = 200, body = ConversationView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn reopen(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Json<ConversationView>> {
    Ok(Json(services.reopen(&tenant.scope, id).await?))
}

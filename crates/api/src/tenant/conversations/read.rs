use axum::{extract::State, http::StatusCode};
use domain::ConversationId;
use services::TenantServices;

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Mark a conversation as read, here and on the customer's phone.
#[utoipa::path(
    post, path = "/v1/t/{slug}/conversations/{conversation_id}/read", operation_id = "read_conversation", tag = "conversations",
    security(("session" = []), ("api_key" = [])),
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("conversation_id" = ConversationId, Path, description = "The conversation"),
    ),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn read(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<StatusCode> {
    services.mark_read(&tenant.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

use axum::{extract::State, http::StatusCode};
use domain::ConversationId;
use services::TenantServices;

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Show the customer for up to 25 seconds that an answer is being written; marks their messages as read.
#[utoipa::path(
    post, path = "/v1/t/{slug}/conversations/{conversation_id}/typing", operation_id = "show_typing", tag = "conversations",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("conversation_id" = ConversationId, Path, description = "The conversation")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 502, body = Problem, description = "The provider refused"), (status = 503, body = Problem),
    )
)]
pub async fn typing(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<StatusCode> {
    services.show_typing(&tenant.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

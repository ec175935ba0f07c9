use axum::{Json, extract::State};
use domain::{ConversationId, UserId};
use serde::Deserialize;
use services::{TenantServices, inbox::ConversationView};
use utoipa::ToSchema;

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// Whose a conversation shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// A person of the tenant; null for nobody.
    pub user_id: Option<UserId>,
}

/// Give a conversation to a person of the tenant, or to nobody.
#[utoipa::path(
    put, path = "/v1/t/{slug}/conversations/{conversation_id}/assignee", operation_id = "assign_conversation", tag = "conversations",
    security(("session" = []), ("api_key" = [])), request_body = Assignment,
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("conversation_id" = ConversationId, Path, description = "The conversation"),
    ),
    responses(
        (status = 200, body = ConversationView), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn assign(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ConversationId>,
    Body(request): Body<Assignment>,
) -> ApiResult<Json<ConversationView>> {
    Ok(Json(services.assign(&tenant.scope, id, request.user_id).await?))
}

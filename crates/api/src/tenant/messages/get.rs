use axum::{Json, extract::State};
use domain::MessageId;
use services::{TenantServices, inbox::MessageDetail};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// One message with its ledger: why it was sent, delayed or failed.
#[utoipa::path(
    get, path = "/v1/t/{slug}/messages/{message_id}", operation_id = "get_message", tag = "messages", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("message_id" = MessageId, Path, description = "The message")),
    responses((status = 200, body = MessageDetail), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn get(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<MessageId>,
) -> ApiResult<Json<MessageDetail>> {
    Ok(Json(services.message(&tenant.scope, id).await?))
}

use axum::{Json, extract::State};
use domain::MessageId;
use services::{TenantServices, inbox::MessageView};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Withdraw a message that still waits in the queue.
#[utoipa::path(
    post, path = "/v1/t/{slug}/messages/{message_id}/cancel", operation_id = "cancel_message", tag = "messages",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("message_id" = MessageId, Path, description = "The message")),
    responses(
        (status = 200, body = MessageView, description = "Withdrawn, now or before"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is past the queue; `detail` says how far"),
    )
)]
pub async fn cancel(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<MessageId>,
) -> ApiResult<Json<MessageView>> {
    Ok(Json(services.cancel_message(&tenant.scope, id).await?))
}

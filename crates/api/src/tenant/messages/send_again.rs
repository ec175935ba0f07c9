use axum::{extract::State, http::HeaderMap, response::Response};
use domain::{Error, MessageId};
use serde::Deserialize;
use services::{TenantServices, messaging::Sent};
use utoipa::ToSchema;

use super::send::{answer, idempotency_key};
use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::Tenant,
};

/// The person's word that they know what may happen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendAgain {
    /// Must be true: the customer may get the message twice.
    pub accept_possible_double: bool,
}

/// Send a failed message, or one whose fate is unknown, once more as a new message.
#[utoipa::path(
    post, path = "/v1/t/{slug}/messages/{message_id}/send-again", operation_id = "send_again", tag = "messages",
    security(("session" = []), ("api_key" = [])), request_body = SendAgain,
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("message_id" = MessageId, Path, description = "The message"),
        ("idempotency-key" = String, Header, description = "1 to 128 characters, one per message"),
    ),
    responses(
        (status = 202, body = Sent), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn send_again(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<MessageId>,
    headers: HeaderMap,
    Body(request): Body<SendAgain>,
) -> ApiResult<Response> {
    if !request.accept_possible_double {
        return Err(Error::invalid(
            "accept_possible_double",
            "Must be true: the customer may get the message twice.",
        )
        .into());
    }
    answer(
        services
            .send_again(&tenant.scope, &idempotency_key(&headers)?, id)
            .await?,
    )
}

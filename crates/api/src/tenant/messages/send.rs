use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Error;
use services::{
    TenantServices,
    messaging::{Outcome, SendRequest, Sent, refusal},
};

use crate::{
    http::problem::{ApiResult, Body, Failure, Problem},
    tenant::Tenant,
};

/// Queue a message. The same key with the same body answers as before and sends nothing more.
#[utoipa::path(
    post, path = "/v1/t/{slug}/messages", operation_id = "send_message", tag = "messages",
    security(("session" = []), ("api_key" = [])), request_body = SendRequest,
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("idempotency-key" = String, Header, description = "1 to 128 characters, one per message"),
    ),
    responses(
        (status = 202, body = Sent), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "The key was used for another request"),
        (status = 422, body = Problem, description = "A rule refused it; `decision` says which"),
    )
)]
pub async fn send(
    State(services): State<TenantServices>,
    tenant: Tenant,
    headers: HeaderMap,
    Body(request): Body<SendRequest>,
) -> ApiResult<Response> {
    answer(
        services
            .send(&tenant.scope, &idempotency_key(&headers)?, &request)
            .await?,
    )
}

pub(in crate::tenant) fn idempotency_key(headers: &HeaderMap) -> Result<String, Error> {
    let value = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    value.map(str::to_owned).ok_or_else(|| {
        Error::invalid(
            "idempotency-key",
            "Send the header Idempotency-Key with 1 to 128 characters, one key per message.",
        )
    })
}

pub(super) fn answer(outcome: Outcome) -> ApiResult<Response> {
    match outcome {
        Outcome::Queued(sent) => Ok((StatusCode::ACCEPTED, axum::Json(sent)).into_response()),
        Outcome::Replayed(text) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (
                    HeaderName::from_static("idempotent-replayed"),
                    HeaderValue::from_static("true"),
                ),
            ];
            Ok((StatusCode::ACCEPTED, headers, text).into_response())
        }
        Outcome::Refused(decision) => Err(Failure::refused(refusal(&decision), decision)),
    }
}

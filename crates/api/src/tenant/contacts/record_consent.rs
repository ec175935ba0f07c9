use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::ContactId;
use services::{
    TenantServices,
    consents::{ConsentView, RecordConsent, Recorded},
};

use crate::{
    http::problem::{ApiResult, Body, PathId, Problem},
    tenant::{Tenant, messages::idempotency_key},
};

/// Record what a contact allowed or withdrew. The same key with the same body answers as before and records nothing more.
#[utoipa::path(
    post, path = "/v1/t/{slug}/contacts/{contact_id}/consents", operation_id = "record_consent", tag = "contacts",
    security(("session" = []), ("api_key" = [])), request_body = RecordConsent,
    params(
        ("slug" = String, Path, description = "The tenant's address"),
        ("contact_id" = ContactId, Path, description = "The contact"),
        ("idempotency-key" = String, Header, description = "1 to 128 characters, one per record"),
    ),
    responses(
        (status = 201, body = ConsentView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The key was used for another request"),
    )
)]
pub async fn record_consent(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<ContactId>,
    headers: HeaderMap,
    Body(request): Body<RecordConsent>,
) -> ApiResult<Response> {
    let recorded = services
        .record_consent(&tenant.scope, &idempotency_key(&headers)?, id, &request)
        .await?;
    Ok(match recorded {
        Recorded::New(consent) => (StatusCode::CREATED, Json(consent)).into_response(),
        Recorded::Replayed(text) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (
                    HeaderName::from_static("idempotent-replayed"),
                    HeaderValue::from_static("true"),
                ),
            ];
            (StatusCode::CREATED, headers, text).into_response()
        }
    })
}

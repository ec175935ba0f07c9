use axum::{Json, extract::State, http::StatusCode};
use secrecy::ExposeSecret;
use serde::Serialize;
use services::{
    TenantServices,
    accounts::api_keys::{ApiKeyView, CreateApiKey},
};
use utoipa::ToSchema;

use crate::{
    http::problem::{ApiResult, Body, Problem},
    tenant::Tenant,
};

/// A new key with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedApiKey {
    /// The key.
    pub api_key: ApiKeyView,
    /// Shown once and never again.
    pub secret: String,
}

/// Make an API key; its secret is in this answer only.
#[utoipa::path(
    post, path = "/v1/t/{slug}/api-keys", operation_id = "create_api_key", tag = "api_keys",
    security(("session" = []), ("api_key" = [])), request_body = CreateApiKey,
    params(("slug" = String, Path, description = "The tenant's address")),
    responses(
        (status = 201, body = CreatedApiKey), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem, description = "The tenant has all that it may have"),
    )
)]
pub async fn create(
    State(services): State<TenantServices>,
    tenant: Tenant,
    Body(request): Body<CreateApiKey>,
) -> ApiResult<(StatusCode, Json<CreatedApiKey>)> {
    let (api_key, secret) = services.create_api_key(&tenant.scope, request).await?;
    Ok((
        StatusCode::CREATED,
        Json(CreatedApiKey {
            api_key,
            secret: secret.expose_secret().to_owned(),
        }),
    ))
}

use axum::{Json, extract::State};
use services::{TenantServices, accounts::sign_in::Me};

use crate::{
    http::problem::{ApiResult, Problem},
    tenant::auth::Session,
};

/// Who is signed in, and their tenants.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "me", tag = "session", security(("session" = [])),
    responses((status = 200, body = Me), (status = 401, body = Problem))
)]
pub async fn me(State(services): State<TenantServices>, Session(session): Session) -> ApiResult<Json<Me>> {
    Ok(Json(services.me(&session).await?))
}

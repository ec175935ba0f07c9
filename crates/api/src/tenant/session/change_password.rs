use axum::{extract::State, http::StatusCode};
use services::{TenantServices, accounts::passwords::ChangePassword};

use crate::{
    http::{
        guard::Visit,
        problem::{ApiResult, Body, Problem},
    },
    tenant::auth::{Session, counted},
};

/// Change your password; your other sessions end.
#[utoipa::path(
    post, path = "/v1/me/password", operation_id = "change_password", tag = "session", security(("session" = [])),
    request_body = ChangePassword,
    responses(
        (status = 204), (status = 400, body = Problem, description = "A field can't be used, or the old password is wrong"),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 429, body = Problem, description = "Too many failures"),
    )
)]
pub async fn change_password(
    State(services): State<TenantServices>,
    visit: Visit,
    Session(session): Session,
    Body(request): Body<ChangePassword>,
) -> ApiResult<StatusCode> {
    visit.sign_in().await?;
    let changed = services.change_password(&session, request, visit.client()).await;
    counted(&visit, changed).await?;
    Ok(StatusCode::NO_CONTENT)
}

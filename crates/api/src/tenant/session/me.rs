use axum::{Json, extract::State};
use services::{TenantServices, accounts::sign_in::Me};

use crate::{
    http::{
        guard::Visit,
        problem::{ApiResult, Problem},
    },
    tenant::auth::{Session, counted},
};

/// Who is signed in, and their tenants.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "me", tag = "session", security(("session" = [])),
    responses((status = 200, body = Me), (status = 401, body = Problem))
)]
pub async fn me(
    State(services): State<TenantServices>,
    visit: Visit,
    Session(session): Session,
) -> ApiResult<Json<Me>> {
    let me = counted(&visit, services.me(&session).await).await?;
    visit.proven(&me.user.id.to_string(), None).await?;
    Ok(Json(me))
}

use axum::{Json, extract::State};
use services::{TenantServices, accounts::sessions::SessionView};

use crate::{
    http::{
        guard::Visit,
        page::ListBody,
        problem::{ApiResult, Problem},
    },
    tenant::auth::{Session, counted},
};

/// Where you are signed in.
#[utoipa::path(
    get, path = "/v1/me/sessions", operation_id = "list_my_sessions", tag = "session", security(("session" = [])),
    responses((status = 200, body = ListBody<SessionView>), (status = 401, body = Problem))
)]
pub async fn list_mine(
    State(services): State<TenantServices>,
    visit: Visit,
    Session(session): Session,
) -> ApiResult<Json<ListBody<SessionView>>> {
    let items = counted(&visit, services.my_sessions(&session).await).await?;
    Ok(Json(ListBody { items }))
}

use axum::{Json, extract::State};
use services::platform::MetaApp;

use crate::{
    admin::{
        AdminState, PlatformUser,
        refusals::{Down, Faulty, SignedOut},
    },
    http::{
        page::{PageBody, PageQuery},
        problem::{ApiResult, QueryParams},
    },
};

/// Every app, newest first; of its secrets only the last four characters.
#[utoipa::path(
    get, path = "/v1/meta-apps", operation_id = "list_meta_apps", tag = "meta apps", security(("session" = [])),
    params(PageQuery),
    responses((status = 200, body = PageBody<MetaApp>), Faulty, SignedOut, Down)
)]
pub async fn list(
    State(state): State<AdminState>,
    user: PlatformUser,
    QueryParams(query): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<MetaApp>>> {
    Ok(Json(
        state.services.meta_apps(&user.0, &query.into()).await?.into(),
    ))
}

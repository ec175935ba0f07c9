use axum::{Json, extract::State};
use services::platform::GraphEnvironment;

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

/// Every Graph environment, newest first.
#[utoipa::path(
    get, path = "/v1/graph-environments", operation_id = "list_graph_environments", tag = "graph environments",
    security(("session" = [])), params(PageQuery),
    responses((status = 200, body = PageBody<GraphEnvironment>), Faulty, SignedOut, Down)
)]
pub async fn list(
    State(state): State<AdminState>,
    user: PlatformUser,
    QueryParams(query): QueryParams<PageQuery>,
) -> ApiResult<Json<PageBody<GraphEnvironment>>> {
    Ok(Json(
        state
            .services
            .graph_environments(&user.0, &query.into())
            .await?
            .into(),
    ))
}

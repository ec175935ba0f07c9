use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use services::platform::{GraphEnvironment, GraphEnvironmentKind, NewGraphEnvironment};
use utoipa::ToSchema;

use crate::{
    admin::{
        AdminState, PlatformUser,
        refusals::{Down, Faulty, SignedOut, Taken, WrongOrigin},
    },
    http::problem::{ApiResult, Body},
};

/// A Graph environment to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphEnvironmentCreate {
    /// Its name, 1 to 120 characters; unique.
    pub name: String,
    /// Whose it is.
    pub kind: GraphEnvironmentKind,
    /// Scheme, host and port; https unless the kind is sandbox or test; unique.
    pub base_url: String,
    /// Version prefix.
    #[schema(example = "v26.0")]
    pub graph_version: String,
}

/// Make a Graph environment.
#[utoipa::path(
    post, path = "/v1/graph-environments", operation_id = "create_graph_environment", tag = "graph environments",
    security(("session" = [])), request_body = GraphEnvironmentCreate,
    responses((status = 201, body = GraphEnvironment), Faulty, SignedOut, WrongOrigin, Taken, Down)
)]
pub async fn create(
    State(state): State<AdminState>,
    user: PlatformUser,
    Body(request): Body<GraphEnvironmentCreate>,
) -> ApiResult<(StatusCode, Json<GraphEnvironment>)> {
    let new = NewGraphEnvironment {
        name: request.name,
        kind: request.kind,
        base_url: request.base_url,
        graph_version: request.graph_version,
    };
    Ok((
        StatusCode::CREATED,
        Json(state.services.create_graph_environment(user.actor(), new).await?),
    ))
}

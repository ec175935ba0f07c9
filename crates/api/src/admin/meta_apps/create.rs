use axum::{Json, extract::State, http::StatusCode};
use domain::GraphEnvironmentId;
use secrecy::SecretString;
use serde::Deserialize;
use services::platform::{MetaApp, NewMetaApp};
use utoipa::ToSchema;

use crate::{
    admin::{
        AdminState, PlatformUser,
        refusals::{Down, Faulty, SignedOut, Taken, WrongOrigin},
    },
    http::problem::{ApiResult, Body},
};

/// An app to set up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetaAppCreate {
    /// Where it lives.
    pub graph_environment_id: GraphEnvironmentId,
    /// The provider's id of it; unique in its environment.
    pub app_id: String,
    /// Its name, 1 to 120 characters.
    pub name: String,
    /// Signs its webhooks; kept sealed.
    #[schema(value_type = String, format = Password)]
    pub app_secret: SecretString,
    /// Of the webhook handshake; kept as a digest.
    #[schema(value_type = String, format = Password)]
    pub verify_token: SecretString,
}

/// Set an app up; give its `callback_url` to the provider.
#[utoipa::path(
    post, path = "/v1/meta-apps", operation_id = "create_meta_app", tag = "meta apps", security(("session" = [])),
    request_body = MetaAppCreate,
    responses((status = 201, body = MetaApp), Faulty, SignedOut, WrongOrigin, Taken, Down)
)]
pub async fn create(
    State(state): State<AdminState>,
    user: PlatformUser,
    Body(request): Body<MetaAppCreate>,
) -> ApiResult<(StatusCode, Json<MetaApp>)> {
    let new = NewMetaApp {
        graph_environment_id: request.graph_environment_id,
        app_id: request.app_id,
        name: request.name,
        app_secret: request.app_secret,
        verify_token: request.verify_token,
    };
    Ok((
        StatusCode::CREATED,
        Json(state.services.create_meta_app(user.actor(), new).await?),
    ))
}

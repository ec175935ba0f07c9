use axum::{Json, extract::State};
use domain::MetaAppId;
use secrecy::SecretString;
use serde::Deserialize;
use services::platform::MetaApp;
use utoipa::ToSchema;

use crate::{
    admin::{
        AdminState, PlatformUser,
        refusals::{Down, Faulty, Missing, SignedOut, WrongOrigin},
    },
    http::problem::{ApiResult, Body, PathId},
};

/// A secret to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetaAppSecretCreate {
    /// Signs webhooks from now on; kept sealed.
    #[schema(value_type = String, format = Password)]
    pub app_secret: SecretString,
}

/// Add a secret to an app; the former ones stay accepted, so that it can be rotated without a gap.
#[utoipa::path(
    post, path = "/v1/meta-apps/{meta_app_id}/secrets", operation_id = "add_meta_app_secret", tag = "meta apps",
    security(("session" = [])), params(("meta_app_id" = MetaAppId, Path, description = "The app")),
    request_body = MetaAppSecretCreate,
    responses((status = 200, body = MetaApp), Faulty, SignedOut, WrongOrigin, Missing, Down)
)]
pub async fn add_secret(
    State(state): State<AdminState>,
    user: PlatformUser,
    PathId(id): PathId<MetaAppId>,
    Body(request): Body<MetaAppSecretCreate>,
) -> ApiResult<Json<MetaApp>> {
    Ok(Json(
        state
            .services
            .add_meta_app_secret(user.actor(), id, &request.app_secret)
            .await?,
    ))
}

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use services::platform::{PlatformMe, SESSION_LIFETIME};
use utoipa::ToSchema;

use crate::{
    admin::{
        AdminState,
        refusals::{BadCredentials, Down, Faulty, Throttled, WrongOrigin},
    },
    http::{
        cookie::{self, PLATFORM_COOKIE},
        guard::Visit,
        problem::{ApiResult, Body},
    },
};

/// Address and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The platform admin's address.
    pub email: String,
    /// Their password.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

/// Sign in with address and password; sets the session cookie.
#[utoipa::path(
    post, path = "/v1/sign-in", operation_id = "sign_in", tag = "session", request_body = SignIn,
    responses((status = 200, body = PlatformMe), Faulty, BadCredentials, WrongOrigin, Throttled, Down)
)]
pub async fn sign_in(
    State(state): State<AdminState>,
    visit: Visit,
    method: Method,
    headers: HeaderMap,
    Body(request): Body<SignIn>,
) -> ApiResult<(HeaderMap, Json<PlatformMe>)> {
    state.origins.check(&method, &headers)?;
    visit.sign_in().await?;
    let signed_in = state
        .services
        .sign_in(&request.email, &request.password, visit.client())
        .await?;
    let token = signed_in.token.expose_secret().to_owned();
    let cookie = cookie::set(
        PLATFORM_COOKIE,
        token,
        state.secure_cookie,
        SESSION_LIFETIME.whole_seconds(),
    );
    Ok((cookie::headers(cookie), Json(signed_in.me)))
}

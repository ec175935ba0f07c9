use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use services::accounts::sign_in::{Me, SESSION_LIFETIME};
use utoipa::ToSchema;

use crate::{
    http::{
        cookie::{self, TENANT_COOKIE},
        guard::Visit,
        problem::{ApiResult, Body, Problem},
    },
    tenant::{TenantState, auth::user_agent},
};

/// Address and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The person's address.
    pub email: String,
    /// Their password.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

/// Sign in with address and password; sets the session cookie.
#[utoipa::path(
    post, path = "/v1/sign-in", operation_id = "sign_in", tag = "session", request_body = SignIn,
    responses(
        (status = 200, body = Me),
        (status = 400, body = Problem, description = "A field can't be used"),
        (status = 401, body = Problem, description = "Wrong address or password"),
        (status = 403, body = Problem, description = "Not from the app's own origin, or every tenant of the person is suspended"),
        (status = 429, body = Problem, description = "Too many failures"),
    )
)]
pub async fn sign_in(
    State(state): State<TenantState>,
    visit: Visit,
    method: Method,
    headers: HeaderMap,
    Body(request): Body<SignIn>,
) -> ApiResult<(HeaderMap, Json<Me>)> {
    state.origins.check(&method, &headers)?;
    visit.sign_in().await?;
    let session = state
        .services
        .sign_in(
            &request.email,
            request.password,
            visit.client(),
            user_agent(&headers),
        )
        .await?;
    let token = session.token.expose_secret().to_owned();
    let cookie = cookie::set(
        TENANT_COOKIE,
        token,
        state.cookies.secure,
        SESSION_LIFETIME.whole_seconds(),
    );
    Ok((cookie::headers(cookie), Json(session.me)))
}

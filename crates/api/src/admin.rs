//! The platform surface: the admin portal's origin. Its only credential is the platform realm's session cookie; nothing
//! of the tenant realm opens it. It must never know the tenant surface.

mod auth;
mod graph_environments;
mod lanes;
mod meta_apps;
mod refusals;
mod retention;
mod session;
mod tenants;
mod webhooks;

#[cfg(test)]
mod tests;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{any, get},
};
use services::platform::PlatformServices;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{
    assets, cookie,
    guard::{self, Guard},
    layers,
    origin::AllowedOrigins,
    problem::{ApiResult, Problem},
};

pub use auth::PlatformUser;

/// What the handlers stand on.
#[derive(Debug, Clone)]
pub struct AdminState {
    /// The services.
    pub services: PlatformServices,
    /// Origins that may use the cookie.
    pub origins: AllowedOrigins,
    /// True when the portal is served over HTTPS: the cookie is then `Secure`.
    pub secure_cookie: bool,
    /// Limits of what one client and session may ask.
    pub guard: Guard,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parlance platform API",
        description = "What the operator of an installation may do; never a tenant's words or credentials."
    ),
    components(schemas(Problem)),
    modifiers(&Security)
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let cookie = ApiKey::Cookie(ApiKeyValue::new(cookie::PLATFORM_COOKIE));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

fn routes() -> OpenApiRouter<AdminState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(session::sign_in))
        .routes(routes!(session::sign_out))
        .routes(routes!(session::me))
        .routes(routes!(tenants::list, tenants::create))
        .routes(routes!(tenants::get))
        .routes(routes!(tenants::suspend))
        .routes(routes!(tenants::resume))
        .routes(routes!(webhooks::list))
        .routes(routes!(retention::list))
        .routes(routes!(lanes::list))
        .routes(routes!(graph_environments::list, graph_environments::create))
        .routes(routes!(meta_apps::list, meta_apps::create))
        .routes(routes!(meta_apps::add_secret))
}

/// The OpenAPI 3.1 document of the platform surface.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    guard::document(&mut document);
    document
}

/// The whole platform surface: API, health, the portal's files.
pub fn router(state: AdminState) -> Router {
    let (ids, guard) = (state.services.ids.clone(), state.guard.clone());
    let document = openapi();
    let surface = layers::api(routes().split_for_parts().0, Router::new())
        .route(
            "/openapi.json",
            get(move || std::future::ready(Json(document.clone()))),
        )
        .route("/healthz", get(|| std::future::ready(StatusCode::OK)))
        .route("/readyz", get(ready))
        .route("/docs/errors/{code}", get(assets::error_page))
        .route("/v1/{*rest}", any(layers::no_such_route))
        .fallback(assets::serve::<assets::AdminPortal>)
        .with_state(state);
    layers::surface(guard::behind(surface, guard), ids)
}

async fn ready(State(state): State<AdminState>) -> ApiResult<StatusCode> {
    state.services.ready().await?;
    Ok(StatusCode::OK)
}

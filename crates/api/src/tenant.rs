//! The tenant surface: the tenant app's origin, and the public REST API. Its credential is a session cookie or an API
//! key; every route under `/v1/t/{slug}` proves the tenant before anything else.

mod api_keys;
mod audit;
mod auth;
mod connections;
mod contacts;
mod conversations;
mod events;
mod installation;
mod invitations;
mod join;
mod media;
mod members;
mod messages;
mod numbers;
mod password_reset;
mod refusals;
mod roles;
mod session;
mod settings;
mod templates;

use axum::{
    Json, Router,
    extract::{FromRef, State},
    http::StatusCode,
    middleware,
    routing::get,
};
use services::TenantServices;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use crate::http::{
    assets,
    guard::{self, Guard},
    layers,
    origin::AllowedOrigins,
    problem::{ApiResult, Problem},
};

pub use auth::Tenant;

/// What the handlers stand on.
#[derive(Clone, FromRef)]
pub struct TenantState {
    /// The services.
    pub services: TenantServices,
    /// Origins that may use cookies.
    pub origins: AllowedOrigins,
    /// True when the app is served over HTTPS: cookies are then `Secure`.
    pub cookies: CookiePolicy,
    /// Limits of what one client, credential and tenant may ask.
    pub guard: Guard,
}

/// How cookies are set.
#[derive(Debug, Clone, Copy)]
pub struct CookiePolicy {
    /// Send them over HTTPS only.
    pub secure: bool,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Parlance tenant API", description = "What one tenant's people and developers may do."),
    components(schemas(Problem)),
    modifiers(&Security)
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::http::cookie::TENANT_COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        components.add_security_scheme("api_key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

fn routes() -> OpenApiRouter<TenantState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(session::sign_in))
        .routes(routes!(session::sign_out))
        .routes(routes!(session::me))
        .routes(routes!(session::change_password))
        .routes(routes!(session::list_mine, session::end_others))
        .routes(routes!(session::end_mine))
        .routes(routes!(installation::get))
        .routes(routes!(join::open))
        .routes(routes!(join::accept))
        .routes(routes!(password_reset::request))
        .routes(routes!(password_reset::complete))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::get))
        .routes(routes!(conversations::read))
        .routes(routes!(conversations::messages))
        .routes(routes!(conversations::typing))
        .routes(routes!(conversations::assign))
        .routes(routes!(conversations::assignees))
        .routes(routes!(conversations::resolve))
        .routes(routes!(conversations::reopen))
        .routes(routes!(conversations::events))
        .routes(routes!(conversations::add_note))
        .routes(routes!(messages::send))
        .routes(routes!(messages::get))
        .routes(routes!(messages::send_again))
        .routes(routes!(messages::cancel))
        .routes(routes!(media::get))
        .routes(routes!(contacts::list))
        .routes(routes!(contacts::get, contacts::update))
        .routes(routes!(contacts::consents, contacts::record_consent))
        .routes(routes!(templates::list))
        .routes(routes!(templates::get, templates::delete))
        .routes(routes!(templates::create))
        .routes(routes!(templates::preview))
        .routes(routes!(templates::wabas))
        .routes(routes!(templates::sync))
        .routes(routes!(numbers::list))
        .routes(routes!(numbers::get))
        .routes(routes!(numbers::lane))
        .routes(routes!(numbers::check))
        .routes(routes!(numbers::diagnosis))
        .routes(routes!(numbers::resume))
        .routes(routes!(numbers::meta_apps))
        .routes(routes!(connections::create))
        .routes(routes!(connections::get))
        .routes(routes!(connections::resume))
        .routes(routes!(connections::request_code))
        .routes(routes!(connections::verify_code))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(members::list))
        .routes(routes!(members::change, members::remove))
        .routes(routes!(members::sessions, members::sign_out))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::resend))
        .routes(routes!(invitations::withdraw))
        .routes(routes!(roles::list, roles::create))
        .routes(routes!(roles::change, roles::delete))
        .routes(routes!(settings::get, settings::change))
        .routes(routes!(audit::list))
}

fn streaming() -> OpenApiRouter<TenantState> {
    OpenApiRouter::new()
        .routes(routes!(events::stream))
        .routes(routes!(audit::export))
        .routes(routes!(media::upload).layer(media::body_limit()))
}

/// The OpenAPI 3.1 document of the tenant surface.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    document.merge(streaming().into_openapi());
    guard::document(&mut document);
    document
}

/// The whole tenant surface: API, media links, the app's files.
pub fn router(state: TenantState) -> Router {
    let (ids, guard) = (state.services.ids.clone(), state.guard.clone());
    let document = openapi();
    let refusals = middleware::from_fn_with_state(state.clone(), refusals::record);
    let api = layers::api(routes().split_for_parts().0, streaming().split_for_parts().0)
        .layer(refusals)
        .route(
            "/openapi.json",
            get(move || std::future::ready(Json(document.clone()))),
        )
        .route("/healthz", get(|| std::future::ready(StatusCode::OK)))
        .route("/readyz", get(ready))
        .route("/media/{token}", get(media::linked))
        .route("/docs/errors/{code}", get(assets::error_page))
        .route("/v1/{*rest}", axum::routing::any(layers::no_such_route))
        .fallback(assets::serve::<assets::TenantApp>)
        .with_state(state);
    layers::surface(guard::behind(api, guard), ids)
}

async fn ready(State(services): State<TenantServices>) -> ApiResult<StatusCode> {
    services.ready().await?;
    Ok(StatusCode::OK)
}

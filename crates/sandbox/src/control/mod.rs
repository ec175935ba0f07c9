//! The control API under `/sandbox`: set the scene, play the customer, move time, break things. For this machine only.

mod accounts;
mod customers;
mod error;
mod feed;
pub(crate) mod guard;
mod inbound;
mod injection;
mod news;
mod people;
mod reviews;
mod signups;
mod state;
mod switches;
mod threads;
mod uploads;
mod view;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post, put};

use crate::rules::limits;
use crate::state::Sandbox;

pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .merge(accounts_routes())
        .merge(people_routes())
        .route("/sandbox/state", get(state::read))
        .route("/sandbox/media/{media_id}", get(threads::media))
        .route(
            "/sandbox/clock",
            get(switches::clock).post(switches::advance_clock),
        )
        .route(
            "/sandbox/faults",
            get(switches::faults)
                .post(switches::set_faults)
                .delete(switches::clear_faults),
        )
        .route(
            "/sandbox/limits",
            get(switches::limits)
                .post(switches::set_limits)
                .delete(switches::reset_limits),
        )
        .route("/sandbox/webhooks", post(injection::inject))
        .route("/sandbox/calls", get(switches::calls))
        .route("/sandbox/events", get(feed::events))
        .layer(DefaultBodyLimit::max(limits::MEDIA_BYTES))
        .route_layer(middleware::from_fn_with_state(
            sandbox.clone(),
            guard::own_browser_only,
        ))
}

/// Apps, accounts, numbers and templates.
fn accounts_routes() -> Router<Sandbox> {
    Router::new()
        .route("/sandbox/apps/{app_id}", put(accounts::put_app))
        .route(
            "/sandbox/wabas/{waba_id}",
            put(accounts::put_waba).post(news::waba),
        )
        .route("/sandbox/numbers/{phone_number_id}", post(news::number))
        .route("/sandbox/signups", post(signups::create))
        .route("/sandbox/templates", get(reviews::list))
        .route(
            "/sandbox/templates/{template_id}/status",
            post(reviews::set_status),
        )
        .route(
            "/sandbox/templates/{template_id}/quality",
            post(reviews::set_quality),
        )
        .route(
            "/sandbox/templates/{template_id}/category",
            post(reviews::set_category),
        )
        .route(
            "/sandbox/templates/{template_id}/pacing",
            post(reviews::set_pacing),
        )
}

/// Customers and what they do.
fn people_routes() -> Router<Sandbox> {
    const THREAD: &str = "/sandbox/customers/{key}/threads/{phone_number_id}";
    Router::new()
        .route("/sandbox/customers", get(customers::list))
        .route(
            "/sandbox/customers/{key}",
            put(customers::put).get(customers::read),
        )
        .route("/sandbox/customers/{key}/number", post(people::change_number))
        .route(THREAD, get(threads::read))
        .route(&format!("{THREAD}/messages"), post(inbound::send))
        .route(&format!("{THREAD}/media"), post(uploads::receive))
        .route(&format!("{THREAD}/open"), post(threads::open))
        .route(&format!("{THREAD}/played"), post(threads::played))
        .route(&format!("{THREAD}/preferences"), post(people::set_preferences))
}

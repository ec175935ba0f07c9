//! The control API under `/sandbox`: set the scene, play the customer, move time, break things. For this machine only.

mod accounts;
mod customers;
mod error;
mod feed;
pub(crate) mod guard;
mod inbound;
mod switches;
mod threads;
mod view;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post, put};

use crate::rules::limits;
use crate::state::Sandbox;

pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/sandbox/state", get(accounts::state))
        .route("/sandbox/apps/{app_id}", put(accounts::put_app))
        .route("/sandbox/wabas/{waba_id}", put(accounts::put_waba))
        .route(
            "/sandbox/templates/{template_id}/status",
            post(accounts::set_template_status),
        )
        .route("/sandbox/customers", get(customers::list))
        .route(
            "/sandbox/customers/{key}",
            put(customers::put).get(customers::read),
        )
        .route(
            "/sandbox/customers/{key}/threads/{phone_number_id}",
            get(threads::read),
        )
        .route(
            "/sandbox/customers/{key}/threads/{phone_number_id}/messages",
            post(inbound::send),
        )
        .route(
            "/sandbox/customers/{key}/threads/{phone_number_id}/media",
            post(inbound::upload),
        )
        .route(
            "/sandbox/customers/{key}/threads/{phone_number_id}/open",
            post(threads::open),
        )
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
        .route("/sandbox/calls", get(switches::calls))
        .route("/sandbox/events", get(feed::events))
        .layer(DefaultBodyLimit::max(limits::MEDIA_BYTES))
        .route_layer(middleware::from_fn_with_state(
            sandbox.clone(),
            guard::own_browser_only,
        ))
}

//! The live stream of one tenant, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use services::{
    TenantServices,
    live::{Frame, Subscription},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::IntoParams;

use super::Tenant;
use crate::http::problem::{ApiResult, Problem, QueryParams};

/// How often the credential is proven again and the clock compared: a stream ends within a second of its credential.
const CHECK: Duration = Duration::from_millis(500);
/// How often a comment keeps the connection open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A jump of the product's clock against real time that is told.
const CLOCK_JUMP: time::Duration = time::Duration::seconds(2);

/// Query of the live stream.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Id of the last event received, for clients that can't send the header `Last-Event-ID`.
    pub last_event_id: Option<String>,
}

/// The tenant's live stream: `ready`, then each event with its id; `reset` when the position is unknown or too old; `clock` when
/// the product's clock was moved. Ids only, never content.
#[utoipa::path(
    get, path = "/v1/t/{slug}/events", operation_id = "stream_events", tag = "events",
    security(("session" = []), ("api_key" = [])),
    params(
        ("slug" = String, Path, description = "The tenant's address"), EventsQuery,
        ("last-event-id" = Option<String>, Header, description = "Id of the last event received"),
    ),
    responses(
        (status = 200, description = "The stream; each `data` is a domain event", content_type = "text/event-stream", body = domain::event::DomainEvent),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn stream(
    State(services): State<TenantServices>,
    tenant: Tenant,
    headers: HeaderMap,
    QueryParams(query): QueryParams<EventsQuery>,
) -> ApiResult<Response> {
    let header = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let last = header.or(query.last_event_id);
    let subscription = services.subscribe(&tenant.scope, last.as_deref()).await?;
    let live = Live {
        subscription,
        tenant,
        offset: offset(&services),
        services,
        checks: tokio::time::interval(CHECK),
    };
    let events = frames(live).map(Ok::<_, Infallible>);
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response())
}

struct Live {
    subscription: Subscription,
    tenant: Tenant,
    services: TenantServices,
    offset: time::Duration,
    checks: tokio::time::Interval,
}

fn frames(live: Live) -> impl Stream<Item = Event> {
    futures::stream::unfold(live, |mut live| async move {
        loop {
            tokio::select! {
                frame = live.subscription.next() => return Some((event(frame?), live)),
                _ = live.checks.tick() => {
                    let (session, key) = (live.tenant.session.as_deref(), live.tenant.api_key.as_deref());
                    if !live.subscription.still_allowed(session, key).await {
                        return None;
                    }
                    let offset = offset(&live.services);
                    if (offset - live.offset).abs() > CLOCK_JUMP {
                        live.offset = offset;
                        return Some((Event::default().event("clock").data(now_data(live.services.clock.now())), live));
                    }
                }
            }
        }
    })
}

fn offset(services: &TenantServices) -> time::Duration {
    services.clock.now() - services.real_clock.now()
}

fn now_data(now: OffsetDateTime) -> String {
    serde_json::json!({ "now": now.format(&Rfc3339).unwrap_or_default() }).to_string()
}

fn event(frame: Frame) -> Event {
    match frame {
        Frame::Ready(now) => Event::default().event("ready").data(now_data(now)),
        Frame::Reset => Event::default().event("reset").data("{}"),
        Frame::Event(position, event) => Event::default()
            .id(position.to_string())
            .event(event.name())
            .data(serde_json::to_string(&event).unwrap_or_default()),
    }
}

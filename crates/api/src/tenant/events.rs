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
    let checks = Checks {
        tenant,
        offset: offset(&services),
        services,
        ticks: tokio::time::interval(CHECK),
    };
    let events = until_over(frames(subscription), proofs(checks)).map(Ok::<_, Infallible>);
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response())
}

/// What proves the stream again and again.
struct Checks {
    tenant: Tenant,
    services: TenantServices,
    offset: time::Duration,
    ticks: tokio::time::Interval,
}

/// Frames of the stream; `None` when it is over.
fn frames(subscription: Subscription) -> impl Stream<Item = Option<Event>> {
    let frames = futures::stream::unfold(subscription, |mut subscription| async move {
        let frame = subscription.next().await?;
        Some((Some(event(frame)), subscription))
    });
    frames.chain(futures::stream::iter([None]))
}

/// Moves of the product's clock; `None` when the credential does not hold any more.
fn proofs(checks: Checks) -> impl Stream<Item = Option<Event>> {
    let proofs = futures::stream::unfold(checks, |mut checks| async move {
        loop {
            checks.ticks.tick().await;
            let (session, key) = (checks.tenant.session.as_deref(), checks.tenant.api_key.as_deref());
            let proven = checks.services.still_allowed(&checks.tenant.scope, session, key);
            if !proven.await {
                return None;
            }
            let offset = offset(&checks.services);
            if (offset - checks.offset).abs() > CLOCK_JUMP {
                checks.offset = offset;
                let moved = now_data(checks.services.clock.now());
                return Some((Some(Event::default().event("clock").data(moved)), checks));
            }
        }
    });
    proofs.chain(futures::stream::iter([None]))
}

/// Both together, until one of them is over. Neither is dropped when the other has something: a catch-up that takes longer
/// than the time between two proofs goes on where it was.
fn until_over(
    frames: impl Stream<Item = Option<Event>>,
    proofs: impl Stream<Item = Option<Event>>,
) -> impl Stream<Item = Event> {
    futures::stream::select(frames, proofs).scan((), |(), event| std::future::ready(event))
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

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use futures::{future::poll_fn, stream};

    use super::*;

    fn named(name: &'static str) -> Option<Event> {
        Some(Event::default().event(name))
    }

    /// So many proofs, each at once.
    fn proofs(count: usize) -> impl Stream<Item = Option<Event>> {
        stream::iter((0..count).map(|_| named("clock")).chain([None]))
    }

    /// A frame that takes as many steps to make; begun anew it would start from the first.
    fn slow(mut steps: u32) -> impl Stream<Item = Option<Event>> {
        let made = poll_fn(move |context| {
            if steps == 0 {
                return Poll::Ready(());
            }
            steps -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        });
        stream::once(async move {
            made.await;
            named("message.created")
        })
    }

    #[tokio::test]
    async fn a_catch_up_that_is_slower_than_the_proofs_comes_to_its_end() {
        let frames = slow(10).chain(stream::pending());
        let events = until_over(frames, proofs(20)).count().await;
        assert_eq!(events, 21, "every proof, and the frame among them");
    }

    #[tokio::test]
    async fn the_end_of_either_ends_the_stream() {
        let silent = stream::pending::<Option<Event>>();
        let proven = until_over(silent, proofs(2)).count().await;
        assert_eq!(proven, 2, "the credential was revoked");
        let over = stream::iter([named("ready"), None]);
        let endless = stream::repeat_with(|| named("clock"));
        assert!(
            until_over(over, endless).count().await <= 3,
            "the client fell behind"
        );
    }
}

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use tokio_stream::wrappers::BroadcastStream;

use crate::state::Sandbox;

/// Pause between two signs of life on a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `GET /sandbox/events`: a server-sent event named `message` per change; `reset` when some were missed.
pub(super) async fn events(
    State(sandbox): State<Sandbox>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let ended = sandbox.shutdown().clone().cancelled_owned();
    let changes = BroadcastStream::new(sandbox.events()).map(|change| {
        let event = change
            .ok()
            .and_then(|change| Event::default().json_data(&change).ok());
        Ok(event.unwrap_or_else(|| Event::default().data(r#"{"type":"reset"}"#)))
    });
    Sse::new(changes.take_until(Box::pin(ended))).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

//! A client of the live stream.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures::StreamExt;
use serde_json::Value;

use crate::stage::{Credential, Side, Stage, get};

/// How long something that must come is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// An event as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

/// Who listens to a stream.
pub struct Listener {
    body: BodyDataStream,
    buffer: String,
}

impl Listener {
    pub async fn open(stage: &Stage, side: &Side, credential: &Credential, last: Option<&str>) -> Self {
        let mut call = get(side.path("events"));
        call.headers
            .extend(last.map(|id| ("last-event-id", id.to_owned())));
        Self::of(stage.respond(&call, credential).await.into_body())
    }

    pub fn of(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            buffer: String::new(),
        }
    }

    /// The next event; `None` when the stream ended. Heartbeats do not prolong the wait.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(PATIENCE, self.read())
            .await
            .expect("nothing came in time")
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            if let Some((frame, rest)) = self.buffer.split_once("\n\n") {
                let (frame, rest) = (frame.to_owned(), rest.to_owned());
                self.buffer = rest;
                if let Some(event) = parse(&frame) {
                    return Some(event);
                }
                continue;
            }
            let chunk = self.body.next().await?;
            self.buffer
                .push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    pub async fn expect(&mut self, name: &str) -> Event {
        let event = self.next().await.expect("the stream ended");
        assert_eq!(event.name, name, "{event:?}");
        event
    }
}

fn parse(frame: &str) -> Option<Event> {
    let field = |name: &str| {
        frame
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(|text| text.trim_start().to_owned())
    };
    let data = serde_json::from_str(&field("data:")?).unwrap();
    Some(Event {
        id: field("id:"),
        name: field("event:").unwrap(),
        data,
    })
}

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use url::Url;

use super::encode;
use super::queue::{Batch, Lane};
use crate::rules::limits;
use crate::state::Sandbox;

/// Time a receiver has to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Pause before the second attempt; it doubles from there.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// Longest pause between attempts, short so that a restarted receiver is served soon.
const LONGEST_RETRY: Duration = Duration::from_secs(30);
/// Failing batches of one lane that retry at a time; the rest waits.
const RETRYING: usize = 16;
/// Largest answer to a handshake that is read, bytes.
const HANDSHAKE_ANSWER: usize = 4096;

type HttpClient = Client<HttpConnector, Full<Bytes>>;

fn client() -> HttpClient {
    Client::builder(TokioExecutor::new()).build_http()
}

/// What one lane is doing.
#[derive(Default)]
struct LaneState {
    first_attempt: bool,
    retrying: usize,
}

#[derive(Clone)]
struct Sender {
    sandbox: Sandbox,
    client: HttpClient,
    lanes: Arc<Mutex<HashMap<Lane, LaneState>>>,
}

/// Posts queued webhooks until shutdown: in order per lane, as many as wait in one POST, failures again with growing pauses.
pub(crate) async fn run(sandbox: Sandbox) {
    let sender = Sender {
        sandbox,
        client: client(),
        lanes: Arc::default(),
    };
    loop {
        if !sender.sandbox.faults(|faults| faults.webhook_outage) {
            sender.start_waiting();
        }
        tokio::select! {
            () = sender.sandbox.webhooks_waiting() => {}
            () = sender.sandbox.shutdown().cancelled() => return,
        }
    }
}

impl Sender {
    fn lane<R>(&self, lane: &Lane, change: impl FnOnce(&mut LaneState) -> R) -> R {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        change(lanes.entry(lane.clone()).or_default())
    }

    fn start_waiting(&self) {
        for lane in self.sandbox.read(|world| world.queue.lanes()) {
            let free = self.lane(&lane, |state| {
                let free = !state.first_attempt && state.retrying < RETRYING;
                state.first_attempt |= free;
                free
            });
            if !free {
                continue;
            }
            let (most, reversed) = self
                .sandbox
                .faults(|faults| (faults.webhook_batch, faults.reorder_webhooks));
            match self
                .sandbox
                .change(|world| world.take_webhooks(&lane, most, reversed))
            {
                Some(batch) => {
                    tokio::spawn(self.clone().first(batch));
                }
                None => self.lane(&lane, |state| state.first_attempt = false),
            }
        }
    }

    async fn first(self, batch: Batch) {
        let (delay_ms, twice, retry_ms) = self.sandbox.faults(|faults| {
            let twice = faults.duplicate_webhooks;
            (faults.webhook_delay_ms, twice, faults.webhook_retry_ms)
        });
        if delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        let mut taken = self.post(&batch).await;
        if twice {
            taken &= self.post(&batch).await;
        }
        if taken {
            self.finish(&batch);
        }
        self.lane(&batch.lane, |state| {
            state.first_attempt = false;
            state.retrying += usize::from(!taken);
        });
        self.sandbox.wake_webhooks();
        if !taken {
            let pause = Some(retry_ms).filter(|ms| *ms > 0).map(Duration::from_millis);
            self.retry(batch, pause.unwrap_or(FIRST_RETRY)).await;
        }
    }

    async fn retry(self, batch: Batch, first_pause: Duration) {
        let mut pause = first_pause;
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.sandbox.shutdown().cancelled() => return,
            }
            let outage = self.sandbox.faults(|faults| faults.webhook_outage);
            if !outage && self.post(&batch).await {
                self.finish(&batch);
                break;
            }
            if self.sandbox.now_ms() - batch.queued_ms() > limits::WEBHOOK_MS {
                tracing::warn!(app_id = batch.lane.0, "sandbox webhook given up after seven days");
                self.sandbox.write(|world| world.webhooks_done(&batch));
                break;
            }
            pause = (pause * 2).min(LONGEST_RETRY);
        }
        self.lane(&batch.lane, |state| {
            state.retrying = state.retrying.saturating_sub(1)
        });
        self.sandbox.wake_webhooks();
    }

    fn finish(&self, batch: &Batch) {
        self.sandbox.write(|world| {
            world.webhooks_done(batch);
            batch.inbound_ids().for_each(|id| world.reached_business(id));
        });
    }

    /// One attempt; `true` when the receiver answered 200.
    async fn post(&self, batch: &Batch) -> bool {
        let (app_id, override_url) = &batch.lane;
        let Some((secret, url)) = self.sandbox.read(|world| {
            let app = world.apps.get(app_id)?;
            Some((
                app.app_secret.clone(),
                override_url.clone().or_else(|| app.callback_url.clone())?,
            ))
        }) else {
            return false;
        };
        let body = batch.body();
        let request = Request::builder()
            .method(Method::POST)
            .uri(&url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "facebookexternalua")
            .header("X-Hub-Signature-256", encode::signature(&secret, &body))
            .body(Full::new(Bytes::from(body)));
        let Ok(request) = request else { return false };
        match tokio::time::timeout(ANSWER_WITHIN, self.client.request(request)).await {
            Ok(Ok(response)) => {
                let ok = response.status() == http::StatusCode::OK;
                // The body is read so that the connection can be used again.
                let _ = Limited::new(response.into_body(), HANDSHAKE_ANSWER)
                    .collect()
                    .await;
                ok
            }
            Ok(Err(error)) => {
                tracing::debug!(app_id, %error, "sandbox webhook not delivered");
                false
            }
            Err(_) => false,
        }
    }
}

/// Asks a callback URL to prove itself as Meta does; the error says what it answered instead.
pub(crate) async fn handshake(url: &str, verify_token: &str, challenge: &str) -> Result<(), String> {
    let mut url = Url::parse(url).map_err(|error| format!("{url:?} is not a URL: {error}"))?;
    if url.scheme() != "http" {
        return Err("the sandbox posts to plain http addresses only".to_owned());
    }
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", verify_token);
    let request = Request::builder()
        .uri(url.as_str())
        .body(Full::new(Bytes::new()))
        .map_err(|error| error.to_string())?;
    let response = tokio::time::timeout(ANSWER_WITHIN, client().request(request))
        .await
        .map_err(|_| "no answer within 20 seconds".to_owned())?
        .map_err(|error| format!("no connection: {error}"))?;
    let status = response.status();
    let answer = Limited::new(response.into_body(), HANDSHAKE_ANSWER)
        .collect()
        .await
        .map_err(|error| format!("answer not readable: {error}"))?
        .to_bytes();
    if status != http::StatusCode::OK {
        return Err(format!("HTTP status {}", status.as_u16()));
    }
    if answer != challenge.as_bytes() {
        return Err("the answer is not the challenge".to_owned());
    }
    Ok(())
}

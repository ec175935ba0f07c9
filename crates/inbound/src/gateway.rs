//! The address that Meta calls: handshake, then signed bodies, answered 200 once they are durable.

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use domain::MetaAppId;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::ingest::SigningApp;
use subtle::ConstantTimeEq;
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Config, Deps,
    apps::Apps,
    handoff::Registry,
    writer::{Job, Writer},
};

/// Bytes that one permit of the in-flight bound stands for.
const ROOM_UNIT: usize = 1_024;

/// The running gateway; cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    deps: Deps,
    config: Config,
    apps: Apps,
    streams: Vec<mpsc::Sender<Job>>,
    room: Arc<Semaphore>,
    shutdown: CancellationToken,
    tracker: TaskTracker,
    counters: Counters,
}

/// Registered once: the ack path looks up no metric.
struct Counters {
    accepted: metrics::Counter,
    forged: metrics::Counter,
    overloaded: metrics::Counter,
    unavailable: metrics::Counter,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gateway")
    }
}

pub(crate) fn start(
    deps: Deps,
    config: Config,
    handoff: Registry,
    shutdown: &CancellationToken,
    tracker: &TaskTracker,
) -> Gateway {
    let streams = (0..config.streams.max(1))
        .map(|_| {
            let (sender, jobs) = mpsc::channel(config.channel_capacity.max(1));
            let writer = Writer::new(
                deps.clone(),
                config.clone(),
                handoff.clone(),
                shutdown.clone(),
                jobs,
            );
            tracker.spawn(writer.run());
            sender
        })
        .collect();
    let counter = |result: &'static str| metrics::counter!("parlance_webhooks_total", "result" => result);
    Gateway(Arc::new(Inner {
        apps: Apps::new(deps.clone(), config.secrets_ttl),
        room: Arc::new(Semaphore::new(config.in_flight_bytes.div_ceil(ROOM_UNIT))),
        shutdown: shutdown.clone(),
        tracker: tracker.clone(),
        counters: Counters {
            accepted: counter("accepted"),
            forged: counter("forged"),
            overloaded: counter("overloaded"),
            unavailable: counter("unavailable"),
        },
        streams,
        deps,
        config,
    }))
}

/// The gateway's routes: `GET` and `POST /webhooks/{meta_app_id}`.
pub fn router(gateway: Gateway) -> Router {
    Router::new()
        .route("/webhooks/{meta_app_id}", get(handshake).post(receive))
        .with_state(gateway)
}

/// Why a webhook was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    UnknownApp,
    WrongToken,
    Forged,
    TooLarge,
    Unread,
    TooSlow,
    Overloaded,
    Unavailable,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, words) = match self {
            Self::UnknownApp => (
                StatusCode::NOT_FOUND,
                "No app has this address. Copy the callback URL from the app's settings.",
            ),
            Self::WrongToken => (
                StatusCode::FORBIDDEN,
                "The verify token is not the one that this app was set up with.",
            ),
            Self::Forged => (
                StatusCode::UNAUTHORIZED,
                "The signature is missing or does not belong to this body. Check the app secret.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is larger than any webhook may be.",
            ),
            Self::Unread => (StatusCode::BAD_REQUEST, "The body ended early. Send it again."),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "The body took too long. Send it again.",
            ),
            Self::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Too much at once. Send it again in a moment.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Nothing can be stored at the moment. Send it again.",
            ),
        };
        let mut response = (status, words).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[derive(Deserialize)]
struct Handshake {
    #[serde(rename = "hub.mode")]
    mode: Option<String>,
    #[serde(rename = "hub.verify_token")]
    token: Option<String>,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
}

async fn handshake(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    Query(query): Query<Handshake>,
) -> Result<String, Refusal> {
    let id = id.parse().map_err(|_| Refusal::UnknownApp)?;
    let app = gateway.app(id).await?;
    let proves = |app: &SigningApp| {
        let given = Sha256::digest(query.token.as_deref().unwrap_or_default());
        query.mode.as_deref() == Some("subscribe")
            && bool::from(given.as_slice().ct_eq(app.verify_token_hash.as_slice()))
    };
    if proves(&app) {
        return Ok(query.challenge.unwrap_or_default());
    }
    Err(Refusal::WrongToken)
}

async fn receive(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let stored = gateway.take(&id, request).await;
    let counters = &gateway.0.counters;
    match stored {
        Ok(()) => counters.accepted.increment(1),
        Err(Refusal::Forged) => counters.forged.increment(1),
        Err(Refusal::Overloaded) => counters.overloaded.increment(1),
        Err(Refusal::Unavailable) => counters.unavailable.increment(1),
        Err(_) => {}
    }
    stored.map(|()| StatusCode::OK)
}

impl Gateway {
    async fn take(&self, id: &str, request: Request) -> Result<(), Refusal> {
        let inner = &*self.0;
        if inner.shutdown.is_cancelled() {
            return Err(Refusal::Unavailable);
        }
        let id: MetaAppId = id.parse().map_err(|_| Refusal::UnknownApp)?;
        let app = self.app(id).await?;
        let (head, body) = request.into_parts();
        let signature = head
            .headers
            .get(inner.deps.adapter.signature_header())
            .and_then(|value| value.to_str().ok());
        let signature = signature.ok_or(Refusal::Forged)?;
        let body = self.read(body).await?;
        if !inner.deps.adapter.verify(&app.secrets, signature, &body) {
            self.verify_again(id, &app, signature, &body).await?;
        }
        self.store(id, body).await
    }

    async fn read(&self, body: Body) -> Result<Bytes, Refusal> {
        let config = &self.0.config;
        match timeout(
            config.read_timeout,
            axum::body::to_bytes(body, config.body_bytes_max),
        )
        .await
        {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => Err(if over_limit(&error) {
                Refusal::TooLarge
            } else {
                Refusal::Unread
            }),
            Err(_) => Err(Refusal::TooSlow),
        }
    }

    /// The secret may be newer than what memory knows: reads again and tries once more.
    async fn verify_again(
        &self,
        id: MetaAppId,
        tried: &Arc<SigningApp>,
        signature: &str,
        body: &[u8],
    ) -> Result<(), Refusal> {
        let inner = &*self.0;
        inner.apps.refresh().await.map_err(|_| Refusal::Forged)?;
        let newer = inner.apps.known(id).0.filter(|app| !Arc::ptr_eq(app, tried));
        match newer {
            Some(app) if inner.deps.adapter.verify(&app.secrets, signature, body) => Ok(()),
            _ => Err(Refusal::Forged),
        }
    }

    async fn store(&self, meta_app_id: MetaAppId, body: Bytes) -> Result<(), Refusal> {
        let inner = &*self.0;
        let units = u32::try_from(body.len() / ROOM_UNIT + 1).map_err(|_| Refusal::TooLarge)?;
        let room = Arc::clone(&inner.room)
            .try_acquire_many_owned(units)
            .map_err(|_| Refusal::Overloaded)?;
        let hash =
            BuildHasherDefault::<DefaultHasher>::default().hash_one(inner.deps.adapter.stream_key(&body));
        let count = u64::try_from(inner.streams.len()).unwrap_or(1);
        let stream = usize::try_from(hash % count)
            .ok()
            .and_then(|index| inner.streams.get(index))
            .ok_or(Refusal::Unavailable)?;
        let (stored, answer) = oneshot::channel();
        let job = Job {
            meta_app_id,
            received_at: inner.deps.clock.now(),
            body,
            stored,
            room,
        };
        stream.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refusal::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Refusal::Unavailable,
        })?;
        match timeout(inner.config.ack_timeout, answer).await {
            Ok(Ok(true)) => Ok(()),
            _ => Err(Refusal::Unavailable),
        }
    }

    /// The app from memory; read on a miss, renewed in the background when it is old.
    async fn app(&self, id: MetaAppId) -> Result<Arc<SigningApp>, Refusal> {
        let apps = &self.0.apps;
        let (app, stale) = apps.known(id);
        let Some(app) = app else {
            apps.refresh().await.map_err(|_| Refusal::Unavailable)?;
            return apps.known(id).0.ok_or(Refusal::UnknownApp);
        };
        if stale && apps.may_renew() {
            let gateway = self.clone();
            self.0.tracker.spawn(async move {
                if let Err(error) = gateway.0.apps.refresh().await {
                    tracing::warn!(%error, "app secrets could not be read again; the known ones stay in use");
                }
                gateway.0.apps.renewed();
            });
        }
        Ok(app)
    }
}

fn over_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}

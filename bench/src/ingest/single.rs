//! The shape of most gateways: verify, one INSERT per request on one of 32 connections, 200.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::StatusCode,
    routing::post,
};
use bytes::Bytes;
use domain::{MetaAppId, ports::InboundAdapter};
use providers::cloud_api::CloudApiInbound;
use secrecy::SecretString;
use sqlx::{Connection, PgConnection};
use time::{Date, OffsetDateTime, macros::date};
use tokio::sync::Semaphore;

use super::routers::BODY_BYTES_MAX;
use crate::stage::Stage;

/// Connections to PostgreSQL.
const CONNECTIONS: usize = 32;
/// Day of every row: the product's clock stands at it too.
pub const DAY: Date = date!(2026 - 11 - 22);
/// The INSERT, in the shape of the product's row.
const INSERT: &str = "insert into floor_raw (day, stream, seq, meta_app_id, received_at, body) values ($1, $2, $3, $4, $5, $6)";

struct Single {
    secrets: Vec<SecretString>,
    /// Lean on purpose: a pool of sqlx would check each connection with a trip of its own.
    free: Semaphore,
    connections: Mutex<Vec<PgConnection>>,
    rows: AtomicI64,
    received_at: OffsetDateTime,
}

/// The router, at the product's address.
pub async fn router(stage: &Stage) -> anyhow::Result<Router> {
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        connections.push(connect(stage).await?);
    }
    let single = Single {
        secrets: vec![stage.app.app_secret.clone().into()],
        free: Semaphore::new(CONNECTIONS),
        connections: Mutex::new(connections),
        rows: AtomicI64::new(0),
        received_at: DAY.midnight().assume_utc(),
    };
    Ok(Router::new()
        .route("/webhooks/{meta_app_id}", post(receive))
        .with_state(Arc::new(single)))
}

/// A connection as superuser: no row security, no fence.
pub async fn connect(stage: &Stage) -> anyhow::Result<PgConnection> {
    Ok(PgConnection::connect_with(&stage.db.superuser.connect_options()).await?)
}

async fn receive(State(single): State<Arc<Single>>, Path(id): Path<String>, request: Request) -> StatusCode {
    let Ok(id) = id.parse::<MetaAppId>() else {
        return StatusCode::NOT_FOUND;
    };
    let (head, body) = request.into_parts();
    let signature = head
        .headers
        .get(CloudApiInbound.signature_header())
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::BAD_REQUEST;
    };
    if !CloudApiInbound.verify(&single.secrets, signature, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    match single.store(id, body).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl Single {
    async fn store(&self, id: MetaAppId, body: Bytes) -> anyhow::Result<()> {
        let _permit = self.free.acquire().await?;
        let free = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut connection = free.ok_or_else(|| anyhow::anyhow!("no connection is left"))?;
        let row = Row {
            seq: self.rows.fetch_add(1, Ordering::Relaxed),
            id,
            received_at: self.received_at,
            body: &body,
        };
        let stored = insert(&mut connection, 0, row).await;
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
        stored
    }
}

/// One row of the raw log.
pub struct Row<'a> {
    /// Its place.
    pub seq: i64,
    /// The app that signed it.
    pub id: MetaAppId,
    /// When it came.
    pub received_at: OffsetDateTime,
    /// The bytes.
    pub body: &'a [u8],
}

/// Stores one row in a transaction of its own.
pub async fn insert(connection: &mut PgConnection, stream: i16, row: Row<'_>) -> anyhow::Result<()> {
    let insert = sqlx::query(INSERT)
        .bind(DAY)
        .bind(stream)
        .bind(row.seq)
        .bind(row.id.uuid())
        .bind(row.received_at)
        .bind(row.body);
    insert.execute(connection).await?;
    Ok(())
}

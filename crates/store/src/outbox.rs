//! The outbox: domain events written with their effect, read in an order that loses nothing.
//!
//! The position is `(xid, id)` below the snapshot's horizon: an identity alone would lose rows whose transaction
//! commits after a later one was read.

use domain::{TenantId, event::DomainEvent};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    error::{Error, Result},
    pool::EventsDb,
    tx::{SetTx, TenantTx},
};

/// Rows per read.
const BATCH: i64 = 500;

/// A place in the outbox; also the `Last-Event-ID` of the live stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Position {
    /// Transaction that wrote the event.
    pub xid: u64,
    /// Order inside the transaction.
    pub id: i64,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.xid, self.id)
    }
}

impl std::str::FromStr for Position {
    type Err = domain::Error;

    fn from_str(text: &str) -> std::result::Result<Self, domain::Error> {
        let parsed = text.split_once('-').and_then(|(xid, id)| {
            Some(Self {
                xid: xid.parse().ok()?,
                id: id.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| {
            domain::Error::invalid(
                "last_event_id",
                "Use the id of the last event as it was received.",
            )
        })
    }
}

/// An event with its place.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its place.
    pub position: Position,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What happened.
    pub event: DomainEvent,
}

/// Appends events in the transaction of their effect.
pub async fn push(tx: &mut TenantTx, at: OffsetDateTime, events: &[DomainEvent]) -> Result<()> {
    let tenant_id = tx.tenant_id();
    let rows: Vec<_> = events.iter().map(|event| (tenant_id, event.clone())).collect();
    insert(tx.conn(), at, &rows).await
}

/// Appends events of several tenants in the transaction of their effects.
pub async fn push_many(tx: &mut SetTx, at: OffsetDateTime, rows: &[(TenantId, DomainEvent)]) -> Result<()> {
    insert(tx.conn(), at, rows).await
}

async fn insert(
    connection: &mut PgConnection,
    at: OffsetDateTime,
    rows: &[(TenantId, DomainEvent)],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let tenants: Vec<_> = rows.iter().map(|(tenant, _)| tenant.uuid()).collect();
    let names: Vec<_> = rows.iter().map(|(_, event)| event.name().to_owned()).collect();
    let payloads = rows
        .iter()
        .map(|(_, event)| serde_json::to_value(event))
        .collect::<std::result::Result<Vec<_>, _>>();
    let payloads = payloads.map_err(|_| Error::Inconsistent {
        table: "outbox",
        column: "payload",
    })?;
    sqlx::query!(
        "insert into outbox (tenant_id, name, payload, created_at)
         select tenant_id, name, payload, $4
         from unnest($1::uuid[], $2::text[], $3::jsonb[]) as rows (tenant_id, name, payload)",
        &tenants,
        &names,
        &payloads,
        at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What one read of the outbox found.
#[derive(Debug)]
pub struct Tail {
    /// Events in order.
    pub events: Vec<Stored>,
    /// True when there may be more at once.
    pub more: bool,
}

impl EventsDb {
    /// The newest place below the horizon: where a new tailer starts.
    pub async fn outbox_head(&self) -> Result<Position> {
        let row = sqlx::query!(
            r#"select xid::text as "xid!", id from outbox
               where xid < position_horizon()
               order by xid desc, id desc limit 1"#
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map_or_else(Position::default, |row| Position {
            xid: parse_xid(&row.xid),
            id: row.id,
        }))
    }

    /// The oldest place that is still kept; `None` when nothing is.
    pub async fn outbox_oldest(&self) -> Result<Option<Position>> {
        let row = sqlx::query!(
            r#"select xid::text as "xid!", id
               from outbox
               order by xid, id
               limit 1"#
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| Position {
            xid: parse_xid(&row.xid),
            id: row.id,
        }))
    }

    /// Events after a place, of every tenant.
    pub async fn outbox_after(&self, after: Position) -> Result<Tail> {
        let rows = sqlx::query!(
            r#"select xid::text as "xid!", id, tenant_id, payload from outbox
               where (xid, id) > ($1::text::xid8, $2)
                 and xid < position_horizon()
               order by xid, id
               limit $3"#,
            after.xid.to_string(),
            after.id,
            BATCH,
        )
        .fetch_all(self.pool())
        .await?;
        let more = rows.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
        let events = rows
            .into_iter()
            .map(|row| stored(&row.xid, row.id, row.tenant_id, row.payload))
            .collect::<Result<_>>()?;
        Ok(Tail { events, more })
    }
}

/// Events of the transaction's tenant after a place: how a live stream catches up.
pub async fn after(tx: &mut TenantTx, after: Position) -> Result<Tail> {
    let tenant_id = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        r#"select xid::text as "xid!", id, tenant_id, payload from outbox
           where tenant_id = $4
             and (xid, id) > ($1::text::xid8, $2)
             and xid < position_horizon()
           order by xid, id
           limit $3"#,
        after.xid.to_string(),
        after.id,
        BATCH,
        tenant_id,
    )
    .fetch_all(tx.conn())
    .await?;
    let more = rows.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
    let events = rows
        .into_iter()
        .map(|row| stored(&row.xid, row.id, row.tenant_id, row.payload))
        .collect::<Result<_>>()?;
    Ok(Tail { events, more })
}

fn parse_xid(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

fn stored(xid: &str, id: i64, tenant_id: uuid::Uuid, payload: serde_json::Value) -> Result<Stored> {
    let event = serde_json::from_value(payload).map_err(|_| Error::Inconsistent {
        table: "outbox",
        column: "payload",
    })?;
    Ok(Stored {
        position: Position {
            xid: parse_xid(xid),
            id,
        },
        tenant_id: TenantId::new(tenant_id),
        event,
    })
}

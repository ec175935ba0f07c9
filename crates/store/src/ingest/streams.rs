//! Streams of the raw log: one writer each, leased to a process and fenced by an epoch inside the insert itself.

use std::time::Duration;

use domain::MetaAppId;
use sqlx::{Connection, PgConnection, PgPool, Postgres, pool::PoolConnection};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    ingest::RawPosition,
    pool::IngestDb,
};

/// Streams that may exist in one installation; each gateway process takes a few.
const STREAMS_MAX: i16 = 256;
/// How often a free stream is looked for before the caller has to come back.
const ADOPT_ATTEMPTS: u8 = 8;
/// Dead connections that are dropped before the pool's next one is taken as it is.
const DEAD_CONNECTIONS_MAX: u8 = 64;

/// A signed body to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewRawWebhook<'a> {
    /// The app whose secret signed it.
    pub meta_app_id: MetaAppId,
    /// When it was read, by the domain clock.
    pub received_at: OffsetDateTime,
    /// The bytes as they came.
    pub body: &'a [u8],
}

/// The one writer of a stream; holds one connection for as long as it lives.
#[derive(Debug)]
pub struct StreamWriter {
    connection: PoolConnection<Postgres>,
    stream: i16,
    owner: Uuid,
    epoch: i64,
    lease: Duration,
    day: Date,
    next_seq: i64,
}

impl IngestDb {
    /// Takes a stream that nobody owns (or that `owner` owned already) for `lease`, and finds where it ended.
    pub async fn open_stream(&self, owner: Uuid, today: Date, lease: Duration) -> Result<StreamWriter> {
        let mut connection = live_connection(&self.0).await?;
        let mut taken = None;
        for _ in 0..ADOPT_ATTEMPTS {
            taken = take_stream(&mut connection, owner, lease).await?;
            if taken.is_some() {
                break;
            }
        }
        let Some((stream, epoch)) = taken else {
            return Err(Error::LeaseLost);
        };
        let mut writer = StreamWriter {
            connection,
            stream,
            owner,
            epoch,
            lease,
            day: today,
            next_seq: 1,
        };
        writer.turn_to(today).await?;
        let last = sqlx::query_scalar!(
            "select max(seq) from raw_webhooks where day = $1 and stream = $2",
            writer.day,
            writer.stream,
        )
        .fetch_one(&mut *writer.connection)
        .await?;
        writer.next_seq = last.unwrap_or_default() + 1;
        Ok(writer)
    }

    /// Makes the partitions of a day, if they are missing.
    pub async fn ensure_ingest_day(&self, day: Date) -> Result<()> {
        sqlx::query!("select ensure_ingest_day($1)", day)
            .execute(&self.0)
            .await?;
        Ok(())
    }
}

/// A connection that answers. After a restart of the database every idle one is dead; each is found out once, here, so
/// that webhooks are stored again at once.
async fn live_connection(pool: &PgPool) -> Result<PoolConnection<Postgres>> {
    for _ in 0..DEAD_CONNECTIONS_MAX {
        let mut connection = pool.acquire().await?;
        if connection.ping().await.is_ok() {
            return Ok(connection);
        }
        connection.close_on_drop();
    }
    Ok(pool.acquire().await?)
}

async fn take_stream(
    connection: &mut PgConnection,
    owner: Uuid,
    lease: Duration,
) -> Result<Option<(i16, i64)>> {
    let free = sqlx::query!(
        "update ingest_streams
         set owner = $1,
             epoch = epoch + 1,
             expires_at = now() + make_interval(secs => $2)
         where stream = (
           select stream
           from ingest_streams
           where expires_at is null
              or expires_at < now()
              or owner = $1
           order by owner is distinct from $1, stream
           limit 1
           for update skip locked)
         returning stream, epoch",
        owner,
        lease.as_secs_f64(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(row) = free {
        return Ok(Some((row.stream, row.epoch)));
    }
    let made = sqlx::query!(
        "insert into ingest_streams (stream, owner, epoch, expires_at)
         select coalesce(max(stream) + 1, 0)::smallint, $1, 1, now() + make_interval(secs => $2)
         from ingest_streams
         having coalesce(max(stream) + 1, 0) < $3
         on conflict do nothing
         returning stream, epoch",
        owner,
        lease.as_secs_f64(),
        i32::from(STREAMS_MAX),
    )
    .fetch_optional(connection)
    .await?;
    Ok(made.map(|row| (row.stream, row.epoch)))
}

impl StreamWriter {
    /// The stream's number.
    #[must_use]
    pub const fn stream(&self) -> i16 {
        self.stream
    }

    /// Stores a batch in one statement, in order; durable when it returns. [`Error::LeaseLost`] when another owner took
    /// the stream: nothing was stored then. After any other error it is unknown what was: open the stream again.
    pub async fn append(&mut self, today: Date, rows: &[NewRawWebhook<'_>]) -> Result<RawPosition> {
        if today > self.day {
            self.turn_to(today).await?;
        }
        let first = self.next_seq;
        let apps: Vec<Uuid> = rows.iter().map(|row| row.meta_app_id.uuid()).collect();
        let times: Vec<OffsetDateTime> = rows.iter().map(|row| row.received_at).collect();
        let bodies: Vec<&[u8]> = rows.iter().map(|row| row.body).collect();
        let stored = sqlx::query!(
            "with lease as (
               select stream
               from ingest_streams
               where stream = $1
                 and owner = $2
                 and epoch = $3
               for share)
             insert into raw_webhooks (day, stream, seq, meta_app_id, received_at, body)
             select $4, lease.stream, $5 + u.n - 1, u.meta_app_id, u.received_at, u.body
             from lease
             cross join unnest($6::uuid[], $7::timestamptz[], $8::bytea[]) with ordinality as u (meta_app_id, received_at, body, n)",
            self.stream,
            self.owner,
            self.epoch,
            self.day,
            first,
            &apps,
            &times,
            bodies.as_slice() as _,
        )
        .execute(&mut *self.connection)
        .await?
        .rows_affected();
        if stored == 0 && !rows.is_empty() {
            return Err(Error::LeaseLost);
        }
        self.next_seq += i64::try_from(stored).unwrap_or_default();
        Ok(RawPosition {
            day: self.day,
            seq: first,
        })
    }

    /// Extends the lease.
    pub async fn renew(&mut self) -> Result<()> {
        let renewed = sqlx::query!(
            "update ingest_streams
             set expires_at = now() + make_interval(secs => $4)
             where stream = $1
               and owner = $2
               and epoch = $3",
            self.stream,
            self.owner,
            self.epoch,
            self.lease.as_secs_f64(),
        )
        .execute(&mut *self.connection)
        .await?;
        if renewed.rows_affected() == 0 {
            Err(Error::LeaseLost)
        } else {
            Ok(())
        }
    }

    /// Gives the stream back, so that another process need not wait for the lease to end.
    pub async fn release(mut self) -> Result<()> {
        sqlx::query!(
            "update ingest_streams
             set owner = null,
                 expires_at = null
             where stream = $1
               and owner = $2
               and epoch = $3",
            self.stream,
            self.owner,
            self.epoch,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Drops the connection instead of giving it back: after an error nobody knows what it is in the middle of.
    pub fn abandon(mut self) {
        self.connection.close_on_drop();
    }

    /// Moves to a day, never backwards; committed before the first row of that day, which is what readers rely on.
    async fn turn_to(&mut self, today: Date) -> Result<()> {
        let day = sqlx::query_scalar!(
            r#"update ingest_streams
               set day = greatest(day, $4::date)
               where stream = $1
                 and owner = $2
                 and epoch = $3
               returning day"#,
            self.stream,
            self.owner,
            self.epoch,
            today,
        )
        .fetch_optional(&mut *self.connection)
        .await?
        .ok_or(Error::LeaseLost)?;
        sqlx::query!("select ensure_ingest_day($1)", day)
            .execute(&mut *self.connection)
            .await?;
        self.day = day;
        Ok(())
    }
}

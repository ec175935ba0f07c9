//! Cursors of the raw log: how far each stream was normalized, leased apart from the stream so that an acknowledgement
//! never waits for a normalizer.

use std::time::Duration;

use domain::MetaAppId;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{error::Result, pool::IngestDb};

/// How many days back a cursor that stands before everything starts to look.
const REACH_DAYS: i32 = 400;
/// Bytes of bodies that one read returns at most, beyond its first row.
const READ_BYTES_MAX: i64 = 8 << 20;

/// A place in one stream of the raw log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawPosition {
    /// Day of the partition, UTC by the domain clock.
    pub day: Date,
    /// Order in the stream; has no gaps within what one writer stored.
    pub seq: i64,
}

/// A stored body.
#[derive(Debug, Clone)]
pub struct RawWebhook {
    /// Its place.
    pub position: RawPosition,
    /// The app whose secret signed it.
    pub meta_app_id: MetaAppId,
    /// When it was read, by the domain clock.
    pub received_at: OffsetDateTime,
    /// The bytes as they came.
    pub body: Vec<u8>,
}

/// The right to normalize one stream.
#[derive(Debug, Clone)]
pub struct CursorLease {
    pub(super) stream: i16,
    pub(super) owner: Uuid,
    pub(super) epoch: i64,
    pub(super) position: Option<RawPosition>,
}

impl CursorLease {
    /// The stream's number.
    #[must_use]
    pub const fn stream(&self) -> i16 {
        self.stream
    }

    /// Up to where the stream is normalized; `None` before its first row.
    #[must_use]
    pub const fn position(&self) -> Option<RawPosition> {
        self.position
    }

    /// Follows what a committed batch wrote.
    pub const fn moved_to(&mut self, position: RawPosition) {
        self.position = Some(position);
    }
}

impl IngestDb {
    /// Every stream that was ever written.
    pub async fn ingest_streams(&self) -> Result<Vec<i16>> {
        Ok(
            sqlx::query_scalar!("select stream from ingest_streams order by stream")
                .fetch_all(&self.0)
                .await?,
        )
    }

    /// Takes the cursor of a stream for `lease`; `None` while another process holds it.
    pub async fn adopt_cursor(
        &self,
        stream: i16,
        owner: Uuid,
        lease: Duration,
    ) -> Result<Option<CursorLease>> {
        sqlx::query!(
            "insert into ingest_cursors (stream) values ($1) on conflict do nothing",
            stream
        )
        .execute(&self.0)
        .await?;
        let row = sqlx::query!(
            r#"update ingest_cursors
               set owner = $2,
                   epoch = epoch + 1,
                   expires_at = now() + make_interval(secs => $3)
               where stream = $1
                 and (expires_at is null or expires_at < now() or owner = $2)
               returning epoch, case when isfinite(day) then day end as day, seq"#,
            stream,
            owner,
            lease.as_secs_f64(),
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(|row| CursorLease {
            stream,
            owner,
            epoch: row.epoch,
            position: row.day.map(|day| RawPosition { day, seq: row.seq }),
        }))
    }

    /// Extends the lease; false when it was lost or the cursor was set elsewhere, for a replay.
    pub async fn renew_cursor(&self, lease: &CursorLease, length: Duration) -> Result<bool> {
        let row = sqlx::query!(
            r#"update ingest_cursors
               set expires_at = now() + make_interval(secs => $4)
               where stream = $1
                 and owner = $2
                 and epoch = $3
               returning case when isfinite(day) then day end as day, seq"#,
            lease.stream,
            lease.owner,
            lease.epoch,
            length.as_secs_f64(),
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.is_some_and(|row| row.day.map(|day| RawPosition { day, seq: row.seq }) == lease.position))
    }

    /// Gives the cursor back.
    pub async fn release_cursor(&self, lease: &CursorLease) -> Result<()> {
        sqlx::query!(
            "update ingest_cursors
             set owner = null,
                 expires_at = null
             where stream = $1
               and owner = $2
               and epoch = $3",
            lease.stream,
            lease.owner,
            lease.epoch,
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    /// Puts every cursor before the raw log, so that everything kept is normalized again; harmless by design, because
    /// a duplicate changes nothing.
    pub async fn reset_cursors(&self) -> Result<()> {
        sqlx::query!("update ingest_cursors set day = '-infinity', seq = 0")
            .execute(&self.0)
            .await?;
        Ok(())
    }

    /// Rows after the cursor, of one day, in order.
    pub async fn raw_after_cursor(&self, lease: &CursorLease, limit: usize) -> Result<Vec<RawWebhook>> {
        if let Some(position) = lease.position {
            let rows = self.raw_of_day(lease.stream, position, limit).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        match self.next_day(lease).await? {
            Some(from) => self.raw_of_day(lease.stream, from, limit).await,
            None => Ok(Vec::new()),
        }
    }

    /// Rows of the position's day after it.
    async fn raw_of_day(&self, stream: i16, after: RawPosition, limit: usize) -> Result<Vec<RawWebhook>> {
        let rows = sqlx::query!(
            r#"select day as "day!", seq as "seq!", meta_app_id as "meta_app_id!", received_at as "received_at!", body as "body!"
               from (
                 select day, seq, meta_app_id, received_at, body,
                   sum(octet_length(body)) over (order by seq) - octet_length(body) as bytes_before
                 from raw_webhooks
                 where day = $1
                   and stream = $2
                   and seq > $3
                 order by seq
                 limit $4) as r
               where bytes_before <= $5
               order by seq"#,
            after.day,
            stream,
            after.seq,
            i64::try_from(limit).unwrap_or(i64::MAX),
            READ_BYTES_MAX,
        )
        .fetch_all(&self.0)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| RawWebhook {
                position: RawPosition {
                    day: row.day,
                    seq: row.seq,
                },
                meta_app_id: MetaAppId::new(row.meta_app_id),
                received_at: row.received_at,
                body: row.body,
            })
            .collect())
    }

    /// Where the first day that holds something after the cursor begins. One statement, so that a day is left only when
    /// nothing more can come: a stream's writer publishes the new day before it stores into it.
    async fn next_day(&self, lease: &CursorLease) -> Result<Option<RawPosition>> {
        let row = sqlx::query!(
            r#"select d::date as "day!", case when d::date = $2 then $3::bigint else 0 end as "seq!"
               from ingest_streams s
               cross join lateral generate_series(greatest($2::date, s.day - $4::integer), s.day, interval '1 day') as d
               where s.stream = $1
                 and isfinite(s.day)
                 and exists (
                   select from raw_webhooks w
                   where w.day = d::date
                     and w.stream = $1
                     and w.seq > case when d::date = $2 then $3::bigint else 0 end)
               order by d
               limit 1"#,
            lease.stream,
            lease.position.map(|position| position.day) as Option<Date>,
            lease.position.map_or(0, |position| position.seq),
            REACH_DAYS,
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(|row| RawPosition {
            day: row.day,
            seq: row.seq,
        }))
    }
}

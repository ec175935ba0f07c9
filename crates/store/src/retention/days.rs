//! Whole days of the raw log and of its outcomes.

use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

use super::Removed;
use crate::error::Result;

/// What became of the oldest day.
pub(super) enum Day {
    /// No day is old enough.
    None,
    /// It is gone.
    Dropped(Removed),
    /// A stream's cursor has not passed it.
    Held(Date),
}

/// Drops the oldest day of the raw log that lies before the cutoff's day, unless something of it is still to be
/// normalized. Sequences have no gaps and begin at 1 each day, so the last one of each stream is also the count.
pub(super) async fn raw(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Result<Day> {
    let day = sqlx::query_scalar!(
        r#"select to_date(right(c.relname, 8), 'YYYYMMDD') as "day!"
           from pg_inherits i
           join pg_class c on c.oid = i.inhrelid
           where i.inhparent = 'raw_webhooks'::regclass
             and to_date(right(c.relname, 8), 'YYYYMMDD') < $1
           order by 1
           limit 1"#,
        cutoff.date(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(day) = day else { return Ok(Day::None) };
    let streams = sqlx::query!(
        r#"select newest.seq as "seq!", coalesce((c.day, c.seq) >= ($1, newest.seq), false) as "passed!"
           from ingest_streams s
           cross join lateral (
             select w.seq from raw_webhooks w where w.day = $1 and w.stream = s.stream order by w.seq desc limit 1) as newest
           left join ingest_cursors c on c.stream = s.stream"#,
        day,
    )
    .fetch_all(&mut *connection)
    .await?;
    if streams.iter().any(|stream| !stream.passed) {
        return Ok(Day::Held(day));
    }
    let count: i64 = streams.iter().map(|stream| stream.seq).sum();
    let dropped = sqlx::query_scalar!(r#"select drop_ingest_day('raw_webhooks', $1) as "dropped!""#, day)
        .fetch_one(connection)
        .await?;
    Ok(if dropped {
        Day::Dropped(whole(day, count))
    } else {
        Day::Held(day)
    })
}

/// Drops the oldest day of outcomes that lies before the cutoff's day.
pub(super) async fn outcomes(
    connection: &mut PgConnection,
    cutoff: OffsetDateTime,
) -> Result<Option<Removed>> {
    let day = sqlx::query_scalar!(
        r#"select to_date(right(c.relname, 8), 'YYYYMMDD') as "day!"
           from pg_inherits i
           join pg_class c on c.oid = i.inhrelid
           where i.inhparent = 'webhook_outcomes'::regclass
             and to_date(right(c.relname, 8), 'YYYYMMDD') < $1
           order by 1
           limit 1"#,
        cutoff.date(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(day) = day else { return Ok(None) };
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from webhook_outcomes where day = $1"#,
        day
    )
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query_scalar!("select drop_ingest_day('webhook_outcomes', $1)", day)
        .fetch_one(connection)
        .await?;
    Ok(Some(whole(day, count)))
}

fn whole(day: Date, count: i64) -> Removed {
    Removed {
        count: u64::try_from(count).unwrap_or_default(),
        first: day.to_string(),
        last: day.to_string(),
    }
}

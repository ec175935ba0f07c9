//! A range of the raw log, read again without moving a cursor.

use domain::MetaAppId;
use time::OffsetDateTime;

use crate::{
    error::Result,
    ingest::{Outcome, RawPosition, RawWebhook},
    pool::IngestDb,
};

/// Bodies of one page.
const PAGE_ROWS: i64 = 100;

/// Which stored bodies are read again.
#[derive(Debug, Clone)]
pub struct ReplayRange {
    /// Received from then on.
    pub from: OffsetDateTime,
    /// Received before.
    pub to: OffsetDateTime,
    /// Only this stream.
    pub stream: Option<i16>,
    /// Only bodies with a change of this number, as the provider names it.
    pub provider_number_id: Option<String>,
    /// Only bodies with a change of this WABA, as the provider names it.
    pub provider_waba_id: Option<String>,
    /// Only bodies with a change that ended so; none for all.
    pub outcomes: Vec<Outcome>,
}

/// What became of a change before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedOutcome {
    /// Place of the body.
    pub position: RawPosition,
    /// Place of the change in the body.
    pub index: i32,
    /// What became of it; the stored number.
    pub outcome: i16,
}

/// Bodies of one stream, in order.
#[derive(Debug, Clone)]
pub struct ReplayPage {
    /// The stream.
    pub stream: i16,
    /// The bodies.
    pub rows: Vec<RawWebhook>,
}

impl IngestDb {
    /// The next bodies of a range after `after`, in the order of the log's key; `None` when nothing is left.
    pub async fn replay_page(
        &self,
        range: &ReplayRange,
        after: Option<(i16, RawPosition)>,
    ) -> Result<Option<ReplayPage>> {
        let (stream, position) =
            after.map_or((None, None), |(stream, position)| (Some(stream), Some(position)));
        let outcomes: Vec<i16> = range.outcomes.iter().map(|outcome| *outcome as i16).collect();
        let picky =
            !outcomes.is_empty() || range.provider_number_id.is_some() || range.provider_waba_id.is_some();
        let rows = sqlx::query!(
            "select r.day, r.stream, r.seq, r.meta_app_id, r.received_at, r.body
             from raw_webhooks r
             where r.day between ($1::timestamptz at time zone 'UTC')::date - 1 and ($2::timestamptz at time zone 'UTC')::date + 1
               and r.received_at >= $1
               and r.received_at < $2
               and ($3::smallint is null or r.stream = $3)
               and (r.day, r.stream, r.seq) > (coalesce($5::date, '-infinity'), coalesce($4::smallint, 0), coalesce($6::bigint, 0))
               and (not $7 or exists (
                 select from webhook_outcomes o
                 where o.day = r.day
                   and o.stream = r.stream
                   and o.seq = r.seq
                   and ($8::text is null or o.provider_number_id = $8)
                   and ($9::text is null or o.provider_waba_id = $9)
                   and (cardinality($10::smallint[]) = 0 or o.outcome = any($10))))
             order by r.day, r.stream, r.seq
             limit $11",
            range.from,
            range.to,
            range.stream,
            stream,
            position.map(|position| position.day),
            position.map(|position| position.seq),
            picky,
            range.provider_number_id,
            range.provider_waba_id,
            &outcomes,
            PAGE_ROWS,
        )
        .fetch_all(&self.0)
        .await?;
        let Some(stream) = rows.first().map(|row| row.stream) else {
            return Ok(None);
        };
        let rows = rows
            .into_iter()
            .take_while(|row| row.stream == stream)
            .map(|row| RawWebhook {
                position: RawPosition {
                    day: row.day,
                    seq: row.seq,
                },
                meta_app_id: MetaAppId::new(row.meta_app_id),
                received_at: row.received_at,
                body: row.body,
            })
            .collect();
        Ok(Some(ReplayPage { stream, rows }))
    }

    /// What became of the changes of these bodies until now.
    pub async fn logged_outcomes(&self, page: &ReplayPage) -> Result<Vec<LoggedOutcome>> {
        let rows = sqlx::query!(
            "select o.day, o.seq, o.change_index, o.outcome
             from unnest($2::date[], $3::bigint[]) as u (day, seq)
             join webhook_outcomes o on o.day = u.day and o.stream = $1 and o.seq = u.seq",
            page.stream,
            &page.rows.iter().map(|row| row.position.day).collect::<Vec<_>>(),
            &page.rows.iter().map(|row| row.position.seq).collect::<Vec<_>>(),
        )
        .fetch_all(&self.0)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| LoggedOutcome {
                position: RawPosition {
                    day: row.day,
                    seq: row.seq,
                },
                index: row.change_index,
                outcome: row.outcome,
            })
            .collect())
    }
}

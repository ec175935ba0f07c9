//! One stream's way from the raw log into the model.

use std::time::Duration;

use store::ingest::{self, CursorLease};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{apply, parsed::Parsed, statuses};
use crate::{
    Committed, Config, Deps,
    backoff::Backoff,
    handoff::{Batch, Raw, Registry},
};

/// How often a lane looks for itself when its batches come in memory.
const IDLE_POLL: Duration = Duration::from_secs(2);
/// How often a body that fails alone is tried again before it is stepped over: it may have raced another writer.
const ROW_RETRIES: u8 = 2;

pub(crate) struct Lane {
    deps: Deps,
    config: Config,
    handoff: Registry,
    shutdown: CancellationToken,
    stream: i16,
    owner: Uuid,
    batches: mpsc::Receiver<Batch>,
    /// True while the raw log may hold more than what was handed over.
    behind: bool,
    backoff: Backoff,
    lag: metrics::Gauge,
    rows_per_batch: metrics::Histogram,
}

/// Why a lane stopped following its cursor.
enum End {
    Shutdown,
    Lost,
}

impl Lane {
    pub(crate) fn new(
        deps: Deps,
        config: Config,
        handoff: Registry,
        shutdown: CancellationToken,
        stream: i16,
    ) -> Self {
        Self {
            batches: handoff.register(stream),
            owner: deps.ids.uuid(),
            backoff: Backoff::new(deps.ids.clone()),
            lag: metrics::gauge!("parlance_normalizer_lag_seconds", "stream" => stream.to_string()),
            rows_per_batch: metrics::histogram!("parlance_normalizer_batch_rows"),
            behind: true,
            deps,
            config,
            handoff,
            shutdown,
            stream,
        }
    }

    pub(crate) async fn run(mut self) {
        while !self.shutdown.is_cancelled() {
            match self
                .deps
                .db
                .adopt_cursor(self.stream, self.owner, self.config.lease)
                .await
            {
                Ok(Some(lease)) => {
                    if matches!(self.follow(lease).await, End::Shutdown) {
                        return;
                    }
                }
                Ok(None) => self.pause(self.config.renew_every()).await,
                Err(error) => self.complain(&error).await,
            }
        }
    }

    /// Follows the cursor until nothing is left; a cursor that another process holds is left to it.
    pub(crate) async fn run_to_end(mut self) -> Result<(), store::Error> {
        while let Some(mut lease) = self
            .deps
            .db
            .adopt_cursor(self.stream, self.owner, self.config.lease)
            .await?
        {
            loop {
                let rows = self.read(&lease).await?;
                if rows.is_empty() {
                    return self.deps.db.release_cursor(&lease).await;
                }
                if self.work(&mut lease, &rows).await.is_some() {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn follow(&mut self, mut lease: CursorLease) -> End {
        self.behind = true;
        let mut renew_at = Instant::now() + self.config.renew_every();
        while !self.shutdown.is_cancelled() {
            if Instant::now() >= renew_at {
                match self.deps.db.renew_cursor(&lease, self.config.lease).await {
                    Ok(true) => renew_at = Instant::now() + self.config.renew_every(),
                    Ok(false) => return End::Lost,
                    Err(error) => {
                        self.complain(&error).await;
                        continue;
                    }
                }
            }
            let rows = match self.next(&lease).await {
                Ok(rows) => rows,
                Err(error) => {
                    self.complain(&error).await;
                    continue;
                }
            };
            if let Some(end) = self.work(&mut lease, &rows).await {
                return end;
            }
        }
        if let Err(error) = self.deps.db.release_cursor(&lease).await {
            tracing::warn!(%error, stream = self.stream, "a cursor could not be given back; its lease ends by itself");
        }
        End::Shutdown
    }

    /// The next bodies after the cursor: handed over when they follow it, else read; empty after a while without any.
    async fn next(&mut self, lease: &CursorLease) -> Result<Vec<Raw>, store::Error> {
        if !self.behind {
            let poll = if self.handoff.is_written_here(self.stream) {
                IDLE_POLL
            } else {
                self.config.poll
            };
            let batch = tokio::select! {
                batch = self.batches.recv() => batch,
                () = sleep(poll) => None,
                () = self.shutdown.cancelled() => return Ok(Vec::new()),
            };
            let position = lease.position();
            match batch {
                Some(batch) if position.is_some() && batch.after == position => return Ok(self.gather(batch)),
                Some(batch) if batch.rows.last().map(|row| row.position) <= position => return Ok(Vec::new()),
                _ => {}
            }
        }
        let rows = self.read(lease).await?;
        self.behind = !rows.is_empty();
        Ok(rows)
    }

    async fn read(&self, lease: &CursorLease) -> Result<Vec<Raw>, store::Error> {
        let rows = self
            .deps
            .db
            .raw_after_cursor(lease, self.config.normalize_max)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| Raw {
                position: row.position,
                meta_app_id: row.meta_app_id,
                received_at: row.received_at,
                body: row.body.into(),
            })
            .collect())
    }

    /// Joins what was handed over meanwhile, as long as it follows.
    fn gather(&mut self, first: Batch) -> Vec<Raw> {
        let mut rows = first.rows;
        while rows.len() < self.config.normalize_max {
            let Ok(next) = self.batches.try_recv() else { break };
            if next.after != rows.last().map(|row| row.position) {
                self.behind = true;
                break;
            }
            rows.extend(next.rows);
        }
        rows
    }

    async fn work(&mut self, lease: &mut CursorLease, rows: &[Raw]) -> Option<End> {
        let parsed: Vec<Parsed> = rows
            .iter()
            .map(|raw| Parsed::read(&*self.deps.adapter, raw))
            .collect();
        let mut rest = parsed.as_slice();
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(chunk_len(rest, self.config.facts_max));
            rest = after;
            if let Some(end) = self.settle(lease, chunk).await {
                return Some(end);
            }
        }
        None
    }

    /// Applies a chunk; halves it when a row is to blame, waits when the database is.
    async fn settle(&mut self, lease: &mut CursorLease, chunk: &[Parsed]) -> Option<End> {
        let mut pending = vec![chunk];
        let mut retries = 0;
        while let Some(rows) = pending.pop() {
            let error = match apply::apply(&self.deps, lease, rows).await {
                Ok(effects) => {
                    self.backoff.reset();
                    retries = 0;
                    self.applied(lease, rows, effects).await;
                    continue;
                }
                Err(store::Error::LeaseLost) => return Some(End::Lost),
                Err(error) => error,
            };
            match rows {
                [row] if ingest::blames_the_row(&error) && retries >= ROW_RETRIES => {
                    tracing::error!(%error, stream = self.stream, seq = row.position.seq, "a webhook can't be applied; stepping over it");
                    match apply::step_over(&self.deps, lease, row, &error).await {
                        Ok(()) => {
                            lease.moved_to(row.position);
                            retries = 0;
                            continue;
                        }
                        Err(store::Error::LeaseLost) => return Some(End::Lost),
                        Err(error) => self.complain(&error).await,
                    }
                    pending.push(rows);
                }
                [_, _, ..] if ingest::may_pass_in_parts(&error) => {
                    let (first, second) = rows.split_at(rows.len() / 2);
                    pending.extend([second, first]);
                }
                _ => {
                    retries = retries.saturating_add(u8::from(ingest::blames_the_row(&error)));
                    self.complain(&error).await;
                    pending.push(rows);
                }
            }
            if self.shutdown.is_cancelled() {
                return Some(End::Lost);
            }
        }
        None
    }

    async fn applied(&self, lease: &mut CursorLease, rows: &[Parsed], effects: apply::Effects) {
        let Some(last) = rows.last() else { return };
        lease.moved_to(last.position);
        if !effects.events.rows().is_empty() {
            (self.deps.wake)(Committed { jobs: effects.jobs });
        }
        if let Err(error) = statuses::apply_parked(&self.deps, &effects.parked).await {
            tracing::warn!(%error, "parked statuses wait for the next sweep");
        }
        self.rows_per_batch
            .record(f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)));
        self.lag.set(
            (self.deps.clock.now() - last.received_at)
                .as_seconds_f64()
                .max(0.0),
        );
    }

    async fn complain(&mut self, error: &store::Error) {
        tracing::warn!(%error, stream = self.stream, "webhooks wait in the raw log; trying again");
        let wait = self.backoff.next();
        self.pause(wait).await;
    }

    async fn pause(&self, length: Duration) {
        tokio::select! {
            () = self.shutdown.cancelled() => {}
            () = sleep(length) => {}
        }
    }
}

/// Rows that fit into one transaction: one at least.
pub(super) fn chunk_len(rows: &[Parsed], facts_max: usize) -> usize {
    let mut facts = 0;
    let fitting = rows.iter().take_while(|row| {
        facts += row.facts();
        facts <= facts_max
    });
    fitting.count().max(1)
}

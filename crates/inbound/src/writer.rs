//! One task per stream: takes what waits, stores it in one INSERT, acknowledges. No timer: the previous commit is the
//! batching window.

use bytes::Bytes;
use domain::MetaAppId;
use store::ingest::{NewRawWebhook, RawPosition, StreamWriter};
use time::OffsetDateTime;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Config, Deps,
    backoff::Backoff,
    handoff::{Batch, Raw, Registry},
};

/// A signed body that waits to be stored.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) meta_app_id: MetaAppId,
    pub(crate) received_at: OffsetDateTime,
    pub(crate) body: Bytes,
    /// True is sent after COMMIT, false when it could not be stored.
    pub(crate) stored: oneshot::Sender<bool>,
    /// Its share of the bytes in flight.
    pub(crate) room: OwnedSemaphorePermit,
}

pub(crate) struct Writer {
    deps: Deps,
    config: Config,
    handoff: Registry,
    shutdown: CancellationToken,
    jobs: mpsc::Receiver<Job>,
    owner: Uuid,
    rows_per_insert: metrics::Histogram,
}

impl Writer {
    pub(crate) fn new(
        deps: Deps,
        config: Config,
        handoff: Registry,
        shutdown: CancellationToken,
        jobs: mpsc::Receiver<Job>,
    ) -> Self {
        let owner = deps.ids.uuid();
        let rows_per_insert = metrics::histogram!("parlance_webhook_insert_rows");
        Self {
            deps,
            config,
            handoff,
            shutdown,
            jobs,
            owner,
            rows_per_insert,
        }
    }

    pub(crate) async fn run(mut self) {
        while let Some(writer) = self.open().await {
            let stream = writer.stream();
            self.handoff.writer_opened(stream);
            let written = self.write(writer).await;
            self.handoff.writer_closed(stream);
            match written {
                Ok(writer) => {
                    if let Err(error) = writer.release().await {
                        tracing::warn!(%error, "a stream could not be given back; its lease ends by itself");
                    }
                    break;
                }
                Err(error) => tracing::warn!(%error, "the raw log did not take a batch; it was answered 503"),
            }
        }
        self.refuse_waiting();
    }

    /// Takes a stream. While the database does not answer, what waits is answered 503 after each try.
    async fn open(&mut self) -> Option<StreamWriter> {
        let mut backoff = Backoff::new(self.deps.ids.clone());
        loop {
            let today = self.deps.clock.now().to_offset(time::UtcOffset::UTC).date();
            let error = match timeout(
                self.config.lease,
                self.deps.db.open_stream(self.owner, today, self.config.lease),
            )
            .await
            {
                Ok(Ok(writer)) => {
                    tracing::debug!(stream = writer.stream(), "writes a stream of the raw log");
                    return Some(writer);
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer in time".to_owned(),
            };
            tracing::warn!(
                error,
                "no stream of the raw log can be opened; webhooks are answered 503"
            );
            self.refuse_waiting();
            let again = Instant::now() + backoff.next();
            loop {
                tokio::select! {
                    () = self.shutdown.cancelled() => return None,
                    () = sleep_until(again) => break,
                    job = self.jobs.recv() => match job {
                        Some(job) => refuse(job),
                        None => return None,
                    },
                }
            }
        }
    }

    /// Stores until the channel is closed and empty.
    async fn write(&mut self, mut writer: StreamWriter) -> Result<StreamWriter, store::Error> {
        let mut waiting: Vec<Job> = Vec::with_capacity(self.config.batch_max);
        let mut position: Option<RawPosition> = None;
        let mut day = None;
        let mut renew_at = Instant::now() + self.config.renew_every();
        let mut closing = false;
        loop {
            tokio::select! {
                taken = self.jobs.recv_many(&mut waiting, self.config.batch_max) => if taken == 0 { return Ok(writer) },
                () = sleep_until(renew_at) => {}
                () = self.shutdown.cancelled(), if !closing => {
                    closing = true;
                    self.jobs.close();
                }
            }
            let stored = self.store(&mut writer, &waiting, &mut renew_at).await;
            match stored {
                Ok(Some(first)) => {
                    let rows = acknowledge(&mut waiting, first);
                    self.rows_per_insert
                        .record(f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)));
                    let last = rows.last().map(|row| row.position);
                    self.handoff.offer(
                        writer.stream(),
                        Batch {
                            after: position,
                            rows,
                        },
                    );
                    position = last;
                    if day.replace(first.day) != Some(first.day) {
                        self.prepare_tomorrow(first.day);
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    waiting.drain(..).for_each(refuse);
                    writer.abandon();
                    return Err(error);
                }
            }
        }
    }

    /// Renews the lease when it is time, then stores the batch, if there is one; returns its first place.
    async fn store(
        &self,
        writer: &mut StreamWriter,
        waiting: &[Job],
        renew_at: &mut Instant,
    ) -> Result<Option<RawPosition>, store::Error> {
        if Instant::now() >= *renew_at {
            writer.renew().await?;
            *renew_at = Instant::now() + self.config.renew_every();
        }
        if waiting.is_empty() {
            return Ok(None);
        }
        let today = self.deps.clock.now().to_offset(time::UtcOffset::UTC).date();
        let rows: Vec<NewRawWebhook<'_>> = waiting
            .iter()
            .map(|job| NewRawWebhook {
                meta_app_id: job.meta_app_id,
                received_at: job.received_at,
                body: &job.body,
            })
            .collect();
        writer.append(today, &rows).await.map(Some)
    }

    /// Makes tomorrow's partitions ahead of time, so that no webhook waits for them at midnight.
    fn prepare_tomorrow(&self, today: time::Date) {
        let Some(tomorrow) = today.next_day() else { return };
        let db = self.deps.db.clone();
        tokio::spawn(async move {
            if let Err(error) = db.ensure_ingest_day(tomorrow).await {
                tracing::warn!(%error, "tomorrow's partitions are not there yet; they are made when they are needed");
            }
        });
    }

    fn refuse_waiting(&mut self) {
        while let Ok(job) = self.jobs.try_recv() {
            refuse(job);
        }
    }
}

fn refuse(job: Job) {
    // A caller that hung up needs no answer.
    let _ = job.stored.send(false);
}

/// Tells every caller that its body is durable; what is left are the rows as the raw log holds them.
fn acknowledge(waiting: &mut Vec<Job>, first: RawPosition) -> Vec<Raw> {
    let numbered = waiting.drain(..).zip(first.seq..);
    numbered
        .map(|(job, seq)| {
            drop(job.room);
            // A caller that hung up needs no answer.
            let _ = job.stored.send(true);
            let position = RawPosition { day: first.day, seq };
            Raw {
                position,
                meta_app_id: job.meta_app_id,
                received_at: job.received_at,
                body: job.body,
            }
        })
        .collect()
}

//! I9: what a status costs the database: in place or not, how much log, how much processor time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{
    MessageId, PhoneNumberId, TenantId,
    status::{MessageStatus, Progress},
};
use store::ingest::{self, MatchedStatus};
use time::macros::datetime;
use uuid::Uuid;

use super::floor::{BATCH, Statuses};
use crate::{
    ingest::superuser,
    report::{Figure, Target},
    rounds::{Measured, Rounds, window},
    stage::Stage,
};

/// Messages of the tenants that are updated over and over.
const MESSAGES: usize = 40_000;
const AT: time::OffsetDateTime = datetime!(2026-11-22 11:00 UTC);

/// One status of one message, as the product's statements take it.
type Aim = (TenantId, PhoneNumberId, MessageId, String);

/// Share of updates in place, bytes of log per update, processor time against `F_stat` and against one at a time.
pub async fn updates(stage: &Stage) -> anyhow::Result<Vec<Figure>> {
    let targets: Arc<[Aim]> = targets(stage).await?.into();
    let mut counters = Vec::new();
    let mut pass = 0_i64;
    let rounds: Rounds<3> = Rounds::run(&stage.plan, async |side| {
        let connection = superuser(stage).await?;
        match side {
            0 => {
                let before = Counters::read(stage).await?;
                let (measured, next) = product(stage, &targets, BATCH, pass).await?;
                pass = next;
                counters.push(Counters::read(stage).await?.since(&before));
                Ok(measured)
            }
            1 => floor_updates(stage, connection).await,
            _ => {
                let (measured, next) = product(stage, &targets, 1, pass).await?;
                pass = next;
                Ok(measured)
            }
        }
    })
    .await?;
    counters.remove(0);
    let of = |f: fn(&Counters) -> f64| crate::rounds::median(counters.iter().map(f).collect());
    let figure = |metric, value, target| Figure::new(&stage.plan, &rounds, "I9", metric, value, target);
    let postgres = |side: usize| rounds.median(|round| round.get(side).map_or(0.0, |m| m.postgres_us));
    Ok(vec![
        figure(
            "status update in place (HOT), share",
            of(Counters::hot_share),
            Target::AtLeast(0.95),
        )
        .judged_by("count"),
        figure(
            "status update, log bytes",
            of(Counters::log_bytes),
            Target::AtMost(400.0),
        )
        .judged_by("bytes"),
        figure(
            "status update: CPU, times the bare statement's",
            rounds.median(|[batch, floor, _]| batch.postgres_us / floor.postgres_us),
            Target::AtMost(1.3),
        )
        .of(postgres(0), postgres(1), "us PostgreSQL CPU/update"),
        figure(
            "status update in a batch: CPU, times one at a time",
            rounds.median(|[batch, _, single]| batch.postgres_us / single.postgres_us),
            Target::AtMost(0.2),
        )
        .of(postgres(0), postgres(2), "us PostgreSQL CPU/update"),
    ])
}

async fn targets(stage: &Stage) -> anyhow::Result<Vec<Aim>> {
    let rows: Vec<(Uuid, Uuid, Uuid, String)> = sqlx::query_as(
        "select tenant_id, phone_number_id, id, provider_id from messages where direction = 2 and status = 30 order by id desc limit $1",
    )
    .bind(i64::try_from(MESSAGES)?)
    .fetch_all(&stage.db.superuser)
    .await?;
    let target = |(tenant, number, id, provider_id)| {
        (
            TenantId::new(tenant),
            PhoneNumberId::new(number),
            MessageId::new(id),
            provider_id,
        )
    };
    Ok(rows.into_iter().map(target).collect())
}

/// The normalizer's two statements for a batch of statuses, in the ingest login's transaction. Every pass gives each
/// message an earlier time, so that each is an update.
async fn product(
    stage: &Stage,
    targets: &Arc<[Aim]>,
    batch: usize,
    pass: i64,
) -> anyhow::Result<(Measured, i64)> {
    let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (db, work_done, work_stop, targets) = (
        stage.db.ingest.clone(),
        Arc::clone(&done),
        Arc::clone(&stop),
        Arc::clone(targets),
    );
    let work = tokio::spawn(async move {
        let mut pass = pass;
        'all: loop {
            pass += 1;
            for chunk in targets.chunks(batch) {
                let keys: Vec<_> = chunk
                    .iter()
                    .map(|(tenant, number, id, provider)| ((*tenant, *number, provider.clone()), Some(*id)))
                    .collect();
                let parked: Vec<_> = keys.iter().map(|(key, _)| key.clone()).collect();
                let mut tx = db.begin_parked(&parked).await?;
                let found = ingest::match_statuses(&mut tx, &keys).await?;
                let at = AT - Duration::from_secs(u64::try_from(pass)?);
                let matched: Vec<_> = chunk
                    .iter()
                    .zip(found)
                    .filter_map(|(target, id)| Some(matched(target, id?, at)))
                    .collect();
                ingest::apply_statuses(&mut tx, AT, &matched).await?;
                tx.commit().await?;
                work_done.fetch_add(u64::try_from(chunk.len())?, Ordering::Relaxed);
                if work_stop.load(Ordering::Relaxed) {
                    break 'all;
                }
            }
        }
        anyhow::Ok(pass)
    });
    let measured = window(stage.machine, &stage.plan, &done).await;
    stop.store(true, Ordering::Relaxed);
    let pass = work.await??;
    Ok((measured?, pass))
}

fn matched(target: &Aim, message_id: MessageId, at: time::OffsetDateTime) -> MatchedStatus {
    MatchedStatus {
        tenant_id: target.0,
        message_id,
        provider_id: target.3.clone(),
        progress: Progress::of(MessageStatus::Delivered, at),
        pricing: domain::ports::Pricing::default(),
        error: None,
    }
}

async fn floor_updates(stage: &Stage, mut connection: sqlx::PgConnection) -> anyhow::Result<Measured> {
    let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (work_done, work_stop) = (Arc::clone(&done), Arc::clone(&stop));
    let work = tokio::spawn(async move {
        let mut statuses = Statuses::default();
        while !work_stop.load(Ordering::Relaxed) {
            statuses.batch(&mut connection).await?;
            work_done.fetch_add(u64::try_from(BATCH)?, Ordering::Relaxed);
        }
        anyhow::Ok(())
    });
    let measured = window(stage.machine, &stage.plan, &done).await;
    stop.store(true, Ordering::Relaxed);
    work.await??;
    stage.sql("update floor_messages set status = 0").await?;
    measured
}

/// What the cluster counted.
#[derive(Debug, Clone, Copy)]
struct Counters {
    updates: f64,
    in_place: f64,
    log: f64,
}

impl Counters {
    #[allow(clippy::cast_precision_loss)]
    async fn read(stage: &Stage) -> anyhow::Result<Self> {
        // A backend reports its counts when it has been idle for a moment.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let (updates, in_place, log): (i64, i64, i64) = sqlx::query_as(
            "select n_tup_upd, n_tup_hot_upd, (pg_current_wal_lsn() - '0/0')::bigint from pg_stat_user_tables where relname = 'messages'",
        )
        .fetch_one(&stage.db.superuser)
        .await?;
        Ok(Self {
            updates: updates as f64,
            in_place: in_place as f64,
            log: log as f64,
        })
    }

    fn since(self, before: &Self) -> Self {
        Self {
            updates: self.updates - before.updates,
            in_place: self.in_place - before.in_place,
            log: self.log - before.log,
        }
    }

    fn hot_share(&self) -> f64 {
        self.in_place / self.updates.max(1.0)
    }

    fn log_bytes(&self) -> f64 {
        self.log / self.updates.max(1.0)
    }
}

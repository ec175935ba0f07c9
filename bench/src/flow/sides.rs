//! I6: how fast webhooks are acknowledged and normalized, and whether that lasts. I7: the same with repetitions and out
//! of order.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use bytes::Bytes;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use super::{CONNECTIONS, Flow, LOOK_EVERY, backlog, floor, script::BLOCK_EVENTS};
use crate::{
    ingest::{self, Load, Offer, Since, Source, repeated},
    report::{Figure, Target},
    rounds::{Measured, Rounds, median, window},
    stage::Stage,
};

const PRODUCT: usize = 0;
const HTTP: usize = 1;
const INSERT: usize = 2;
const MIX: usize = 3;

/// Bodies that the floors repeat.
const FLOOR_BODIES: u64 = 4_096;
/// The part of the harmonic floor that has to last.
const SUSTAINED_PART: f64 = 0.60;
/// One in so many events comes again.
const REPEATED: usize = 3;
/// Events that may change places.
const SHUFFLED: usize = 12_000;

/// I6: every round the product and its three floors; then one long run at a steady rate.
pub async fn sustained(stage: &Stage, flow: &Flow) -> anyhow::Result<Vec<Figure>> {
    let script = flow.script(stage);
    let bodies: Vec<Bytes> = (0..FLOOR_BODIES).map(|event| script.body(event).into()).collect();
    let requests: Arc<[Bytes]> = (0..FLOOR_BODIES).map(|event| script.request(event)).collect();
    let rounds: Rounds<4> = Rounds::run(&stage.plan, async |side| match side {
        PRODUCT => through(stage, flow, None).await,
        HTTP => {
            let load = Load::start(flow.empty, &repeated(&requests))?;
            let measured = window(stage.machine, &stage.plan, &load.done).await;
            load.finish().await?;
            measured
        }
        INSERT => {
            let measured = ingest::inserting(stage, &bodies).await;
            stage.sql("truncate floor_raw").await?;
            stage.sql("checkpoint").await?;
            measured
        }
        _ => floor::mix(stage).await,
    })
    .await?;
    let harmonic =
        |[_, http, insert, mix]: &[Measured; 4]| 1.0 / (1.0 / http.rate + 1.0 / insert.rate + 1.0 / mix.rate);
    let by_rate = |round: &[Measured; 4]| round[PRODUCT].rate / harmonic(round);
    let by_cpu = |round: &[Measured; 4]| {
        (round[HTTP].cpu_us() + round[INSERT].cpu_us() + round[MIX].cpu_us()) / round[PRODUCT].cpu_us()
    };
    let value = if rounds.noisy {
        rounds.median(by_cpu)
    } else {
        rounds.median(by_rate)
    };
    let floor = rounds.median(harmonic);
    let figure = Figure::new(
        &stage.plan,
        &rounds,
        "I6",
        "acknowledged and normalized, part of the harmonic floor",
        value,
        Target::AtLeast(SUSTAINED_PART),
    )
    .of(rounds.median(|round| round[PRODUCT].rate), floor, "events/s")
    .judged_by(if rounds.noisy { "cpu" } else { "rate" })
    .with("F_http 1/s", rounds.median(|round| round[HTTP].rate))
    .with("F_ins 1/s", rounds.median(|round| round[INSERT].rate))
    .with("F_mix 1/s", rounds.median(|round| round[MIX].rate))
    .with("ratio by rate", rounds.median(by_rate))
    .with("ratio by cpu", rounds.median(by_cpu))
    .with_cpu("product", &rounds, PRODUCT)
    .with_cpu("F_http", &rounds, HTTP)
    .with_cpu("F_ins", &rounds, INSERT)
    .with_cpu("F_mix", &rounds, MIX);
    let steady = steady(stage, flow, SUSTAINED_PART * floor * stage.plan.strictness).await?;
    Ok([figure].into_iter().chain(steady).collect())
}

/// Sends a fixed number of events as fast as they are acknowledged and waits until all are normalized.
async fn through(stage: &Stage, flow: &Flow, order: Option<Vec<u64>>) -> anyhow::Result<Measured> {
    let (count, source): (u64, Source) = if let Some(order) = order {
        (u64::try_from(order.len())?, flow.script(stage).listed(order))
    } else {
        let count = stage.plan.events;
        let first = take(stage, flow, count)?;
        (count, flow.script(stage).from(first))
    };
    let from = stage.machine.sample()?;
    let answers = flow.offer(&source, Offer::at_once(count, CONNECTIONS)).await?;
    flow.drained(stage).await?;
    let usage = stage.machine.since(&from)?;
    flow.clean(stage).await?;
    anyhow::ensure!(
        answers.accepted == answers.all(),
        "{} of {} webhooks were not acknowledged",
        answers.all() - answers.accepted,
        answers.all()
    );
    Measured::new(answers.all(), &usage)
}

/// The first of so many events that nobody sent yet; whole blocks.
fn take(stage: &Stage, flow: &Flow, count: u64) -> anyhow::Result<u64> {
    let count = count.div_ceil(BLOCK_EVENTS) * BLOCK_EVENTS;
    let first = flow.next_event.fetch_add(count, Ordering::Relaxed);
    anyhow::ensure!(
        first + count <= flow.script(stage).events(),
        "there are too few messages for all runs"
    );
    Ok(first)
}

/// A steady rate for the plan's time; the backlog is looked at ten times a second.
async fn steady(stage: &Stage, flow: &Flow, rate: f64) -> anyhow::Result<Vec<Figure>> {
    let what = Offer {
        rate,
        warm_up: stage.plan.warm_up,
        window: stage.plan.sustained,
        connections: CONNECTIONS,
        since: Since::Due,
    };
    let mut lags = Vec::new();
    let rounds: Rounds<1> = Rounds::run(&stage.plan.unrepeated(), async |_| {
        let (measured, seen) = at_rate(stage, flow, what).await?;
        lags = seen;
        Ok(measured)
    })
    .await?;
    lags.sort_by(f64::total_cmp);
    let p99 = lags.get(lags.len() * 99 / 100).copied().unwrap_or_default();
    let figure = |metric, value, target| Figure::new(&stage.plan, &rounds, "I6", metric, value, target);
    Ok(vec![
        figure(
            "at a steady 0.60 of the floor: lag p99, s",
            p99,
            Target::AtMost(1.0),
        )
        .of(p99, median(lags.clone()), "s (floor: median)")
        .judged_by("lag")
        .with("offered 1/s", rate)
        .with("seconds", what.window.as_secs_f64())
        .with("largest lag, s", lags.last().copied().unwrap_or_default())
        .with("ack p50, ms", rounds.median(|[round]| round.latency_ms[0]))
        .with("ack p99, ms", rounds.median(|[round]| round.latency_ms[1]))
        .with(
            "caught up after the end in ms",
            rounds.median(|[round]| round.latency_ms[2]),
        ),
        figure(
            "at a steady 0.60 of the floor: acknowledged, part of offered",
            rounds.median(|[round]| round.rate),
            Target::AtLeast(0.99),
        )
        .judged_by("count"),
    ])
}

/// One run at a rate: the part that was acknowledged, and the lags in seconds as they were seen.
async fn at_rate(stage: &Stage, flow: &Flow, what: Offer) -> anyhow::Result<(Measured, Vec<f64>)> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = (what.rate * (what.warm_up + what.window).as_secs_f64()) as u64;
    let source = flow.script(stage).from(take(stage, flow, count)?);
    let (over, from) = (AtomicBool::new(false), stage.machine.sample()?);
    let watch = async {
        let mut lags = Vec::new();
        while !over.load(Ordering::Relaxed) {
            #[allow(clippy::cast_precision_loss)]
            lags.push(backlog(stage).await? as f64 / what.rate);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        anyhow::Ok(lags)
    };
    let offer = async {
        let answers = flow.offer(&source, what).await;
        over.store(true, Ordering::Relaxed);
        answers
    };
    let (answers, lags) = tokio::join!(offer, watch);
    let (answers, lags, usage) = (answers?, lags?, stage.machine.since(&from)?);
    let ended = Instant::now();
    flow.drained(stage).await?;
    let caught_up = ended.elapsed().as_secs_f64() * 1e3;
    flow.clean(stage).await?;
    #[allow(clippy::cast_precision_loss)]
    let acknowledged = answers.accepted as f64 / (what.rate * what.window.as_secs_f64());
    let measured = Measured {
        rate: acknowledged,
        latency_ms: [
            answers.latencies.within(0.5),
            answers.latencies.within(0.99),
            caught_up,
        ],
        foreign: usage.foreign,
        ..Measured::default()
    };
    Ok((measured, lags))
}

/// I7: a third of the events again and all of them out of order, against the same number in order and once.
pub async fn reordered(stage: &Stage, flow: &Flow) -> anyhow::Result<Vec<Figure>> {
    let mut rng = StdRng::seed_from_u64(7);
    let mut ranges = Vec::new();
    let rounds: Rounds<2> = Rounds::run(&stage.plan, async |side| {
        if side == 1 {
            return through(stage, flow, None).await;
        }
        let events = stage.plan.events / BLOCK_EVENTS * BLOCK_EVENTS;
        let first = take(stage, flow, events)?;
        let mut order: Vec<u64> = (first..first + events).collect();
        order.extend((first..first + events).step_by(REPEATED));
        order.sort_unstable();
        for window in order.chunks_mut(SHUFFLED) {
            window.shuffle(&mut rng);
        }
        ranges.push((first, events));
        through(stage, flow, Some(order)).await
    })
    .await?;
    let mut wrong = BTreeMap::new();
    for (first, events) in ranges {
        for (what, count) in faults(stage, first, events).await? {
            *wrong.entry(what).or_insert(0) += count;
        }
    }
    let by_cpu = |[dirty, clean]: &[Measured; 2]| clean.cpu_us() / dirty.cpu_us();
    let by_rate = |[dirty, clean]: &[Measured; 2]| dirty.rate / clean.rate;
    let value = if rounds.noisy {
        rounds.median(by_cpu)
    } else {
        rounds.median(by_rate)
    };
    #[allow(clippy::cast_precision_loss)]
    let total = wrong.values().sum::<i64>() as f64;
    let mut figure = Figure::new(
        &stage.plan,
        &rounds,
        "I7",
        "a quarter repeated, all out of order: duplicates, lost or regressed",
        total,
        Target::AtMost(0.0),
    )
    .judged_by("count");
    for (what, count) in wrong {
        #[allow(clippy::cast_precision_loss)]
        let count = count as f64;
        figure = figure.with(what, count);
    }
    Ok(vec![
        Figure::new(
            &stage.plan,
            &rounds,
            "I7",
            "a quarter repeated, all out of order: rate, part of the clean run's",
            value,
            Target::AtLeast(0.9),
        )
        .of(
            rounds.median(|[dirty, _]| dirty.rate),
            rounds.median(|[_, clean]| clean.rate),
            "events/s",
        )
        .judged_by(if rounds.noisy { "cpu" } else { "rate" })
        .with("ratio by rate", rounds.median(by_rate))
        .with("ratio by cpu", rounds.median(by_cpu)),
        figure,
    ])
}

/// What is not as every order must leave it.
async fn faults(stage: &Stage, first: u64, events: u64) -> anyhow::Result<[(&'static str, i64); 3]> {
    let tenants = super::world::TENANTS;
    let (from, to) = (first / 4 / tenants, (first + events) / 4 / tenants);
    let count = async |sql: &'static str| -> anyhow::Result<i64> {
        let query = sqlx::query_scalar(sql)
            .bind(i64::try_from(from)?)
            .bind(i64::try_from(to)?);
        Ok(query.fetch_one(&stage.db.superuser).await?)
    };
    let unread = count(
        "select count(*) from messages
         where direction = 2 and split_part(provider_id, '.', 4)::bigint >= $1 and split_part(provider_id, '.', 4)::bigint < $2
           and (status <> 80 or sent_at is null or delivered_at is null or read_at is null
             or sent_at >= delivered_at or delivered_at >= read_at)",
    )
    .await?;
    let stored = count(
        "select count(*) from messages
         where provider_id ^@ 'wamid.in.' and split_part(provider_id, '.', 4)::bigint >= $1 * 200 and split_part(provider_id, '.', 4)::bigint < $2 * 200",
    )
    .await?;
    let distinct = count(
        "select count(distinct provider_id) from messages
         where provider_id ^@ 'wamid.in.' and split_part(provider_id, '.', 4)::bigint >= $1 * 200 and split_part(provider_id, '.', 4)::bigint < $2 * 200",
    )
    .await?;
    Ok([
        ("statuses lost or regressed", unread),
        ("messages lost", i64::try_from(events / 4)? - distinct),
        ("messages twice", stored - distinct),
    ])
}

//! I3 and I5: how late acknowledgements are at half of what the gateway can take, and what happens at twice of it.

use std::fs;

use super::{
    Ingest,
    load::{CONNECTIONS, Load, repeated},
    open_loop::{Answers, Offer, Since, offer},
};
use crate::{
    report::{Figure, Target},
    rounds::{Measured, Rounds, window},
    stage::Stage,
};

/// Connections under overload: more than the gateway's queues hold, so that a queue is what fills up.
const OVERLOAD_CONNECTIONS: usize = 8_192;

/// Acknowledgements a second that the gateway makes when everybody waits for their answer.
async fn saturation(stage: &Stage, ingest: &Ingest) -> anyhow::Result<f64> {
    let load = Load::start(ingest.product, &repeated(&ingest.requests))?;
    let measured = window(stage.machine, &stage.plan, &load.done).await;
    load.finish().await?;
    clean(stage).await?;
    Ok(measured?.rate)
}

async fn clean(stage: &Stage) -> anyhow::Result<()> {
    stage.sql("truncate raw_webhooks").await?;
    stage.sql("checkpoint").await
}

/// I3: p50, p99 and p99.9 at half of the saturation.
pub async fn at_half(stage: &Stage, ingest: &Ingest) -> anyhow::Result<Vec<Figure>> {
    let source = repeated(&ingest.requests);
    let rounds: Rounds<1> = Rounds::run(&stage.plan, async |_| {
        let saturation = saturation(stage, ingest).await?;
        let half = Offer {
            rate: saturation / 2.0,
            warm_up: stage.plan.warm_up,
            window: stage.plan.window * 2,
            connections: CONNECTIONS,
            since: Since::Due,
        };
        let from = stage.machine.sample()?;
        let answers = offer(ingest.product, &source, half).await?;
        let usage = stage.machine.since(&from)?;
        clean(stage).await?;
        anyhow::ensure!(
            answers.accepted == answers.all(),
            "at half of its saturation the gateway refused"
        );
        Ok(Measured {
            rate: half.rate,
            latency_ms: [0.5, 0.99, 0.999].map(|part| answers.latencies.within(part)),
            foreign: usage.foreign,
            ..Measured::default()
        })
    })
    .await?;
    let offered = rounds.median(|[round]| round.rate);
    let figure = |place: usize, metric, most: f64| {
        let of = |[round]: &[Measured; 1]| round.latency_ms.get(place).copied().unwrap_or_default();
        Figure::new(
            &stage.plan,
            &rounds,
            "I3",
            metric,
            rounds.median(of),
            Target::AtMost(most),
        )
        .of(rounds.median(of), most, "ms")
        .judged_by("latency")
        .with("offered 1/s", offered)
        .with("worst round, ms", rounds.kept.iter().map(of).fold(0.0, f64::max))
    };
    Ok(vec![
        figure(0, "ack at half of saturation, p50, ms", 5.0),
        figure(1, "ack at half of saturation, p99, ms", 30.0),
        figure(2, "ack at half of saturation, p99.9, ms", 150.0),
    ])
}

/// What was seen at twice the saturation.
#[derive(Debug, Default)]
struct Overload {
    answers: Answers,
    /// Resident memory after the warm-up and at the end, MiB.
    resident: (f64, f64),
}

/// I5: twice the saturation, once.
pub async fn overloaded(stage: &Stage, ingest: &Ingest) -> anyhow::Result<Vec<Figure>> {
    let mut seen = Overload::default();
    let rounds: Rounds<2> = Rounds::run(&stage.plan.unrepeated(), async |side| {
        if side == 0 {
            let rate = saturation(stage, ingest).await?;
            return Ok(Measured {
                rate,
                ..Measured::default()
            });
        }
        let twice = Offer {
            rate: 2.0 * saturation(stage, ingest).await?,
            warm_up: stage.plan.overload / 6,
            window: stage.plan.overload,
            connections: OVERLOAD_CONNECTIONS,
            since: Since::Sent,
        };
        let (measured, overload) = at_twice(stage, ingest, twice).await?;
        seen = overload;
        Ok(measured)
    })
    .await?;
    let (Overload { answers, resident }, overload) = (seen, rounds.median(|[_, overload]| overload.rate));
    let saturation = rounds.median(|[saturation, _]| saturation.rate);
    let p99 = answers.latencies.within(0.99);
    let figure = |metric, value, target| {
        Figure::new(&stage.plan, &rounds, "I5", metric, value, target)
            .with("answered 200", count(answers.accepted))
            .with("answered 503", count(answers.refused))
            .with("answered otherwise", count(answers.other))
    };
    Ok(vec![
        figure(
            "at twice saturation: acks, part of saturation",
            overload / saturation,
            Target::AtLeast(0.9),
        )
        .of(overload, saturation, "acks/s")
        .judged_by("rate"),
        figure(
            "at twice saturation: p99 of the accepted, ms",
            p99,
            Target::AtMost(500.0),
        )
        .of(p99, 500.0, "ms")
        .judged_by("latency"),
        figure(
            "at twice saturation: neither 200 nor 503",
            count(answers.other),
            Target::AtMost(0.0),
        )
        .judged_by("count"),
        figure(
            "at twice saturation: growth of resident memory, MiB",
            resident.1 - resident.0,
            Target::AtMost(64.0),
        )
        .of(resident.1, resident.0, "MiB")
        .judged_by("memory"),
    ])
}

async fn at_twice(stage: &Stage, ingest: &Ingest, twice: Offer) -> anyhow::Result<(Measured, Overload)> {
    let resident = tokio::spawn(async move {
        tokio::time::sleep(twice.warm_up).await;
        let before = resident_mib();
        tokio::time::sleep(twice.window).await;
        (before, resident_mib())
    });
    let from = stage.machine.sample()?;
    let answers = offer(ingest.product, &repeated(&ingest.requests), twice).await?;
    let usage = stage.machine.since(&from)?;
    clean(stage).await?;
    let measured = Measured {
        rate: count(answers.accepted) / twice.window.as_secs_f64(),
        foreign: usage.foreign,
        ..Measured::default()
    };
    let resident = resident.await?;
    Ok((measured, Overload { answers, resident }))
}

#[allow(clippy::cast_precision_loss)]
fn count(number: u64) -> f64 {
    number as f64
}

/// Resident memory of this process, the load generator included.
fn resident_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| {
        line.strip_prefix("VmRSS:")?
            .trim()
            .strip_suffix(" kB")?
            .trim()
            .parse::<f64>()
            .ok()
    });
    kib.unwrap_or_default() / 1_024.0
}

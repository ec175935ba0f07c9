//! What a send is compared with.

use super::Sending;
use crate::{
    ingest::{self, CONNECTIONS, Load, Offer, Since, offer},
    report::{Figure, Target},
    rounds::{Measured, Rounds, window},
    stage::Stage,
};

const PRODUCT: usize = 0;
const HTTP: usize = 1;
const INSERT: usize = 2;

/// O2: sends against the harmonic floor, and how late the answer is at half of the saturation.
pub async fn sent(stage: &Stage, sending: &Sending) -> anyhow::Result<Vec<Figure>> {
    let bodies = sending.bodies();
    let rounds: Rounds<4> = Rounds::run(&stage.plan, async |side| {
        let measured = match side {
            PRODUCT => saturated(stage, sending).await,
            HTTP => {
                let load = Load::start(sending.empty, &sending.floor_source())?;
                let measured = window(stage.machine, &stage.plan, &load.done).await;
                load.finish().await?;
                measured
            }
            INSERT => {
                let measured = ingest::inserting(stage, &bodies).await;
                stage.sql("truncate floor_raw").await?;
                measured
            }
            _ => at_half(stage, sending).await,
        };
        stage.sql("checkpoint").await?;
        measured
    })
    .await?;
    let harmonic = |[_, http, insert, _]: &[Measured; 4]| 1.0 / (1.0 / http.rate + 1.0 / insert.rate);
    let by_rate = |round: &[Measured; 4]| round[PRODUCT].rate / harmonic(round);
    let by_cpu =
        |[product, http, insert, _]: &[Measured; 4]| (http.cpu_us() + insert.cpu_us()) / product.cpu_us();
    let value = if rounds.noisy {
        rounds.median(by_cpu)
    } else {
        rounds.median(by_rate)
    };
    let p99 = |[.., half]: &[Measured; 4]| half.latency_ms[1];
    Ok(vec![
        Figure::new(
            &stage.plan,
            &rounds,
            "O2",
            "sends through the API, durable, part of the harmonic floor",
            value,
            Target::AtLeast(0.5),
        )
        .of(
            rounds.median(|round| round[PRODUCT].rate),
            rounds.median(harmonic),
            "sends/s",
        )
        .judged_by(if rounds.noisy { "cpu" } else { "rate" })
        .with("ratio by rate", rounds.median(by_rate))
        .with("ratio by cpu", rounds.median(by_cpu))
        .with_cpu("product", &rounds, PRODUCT)
        .with_cpu("F_http", &rounds, HTTP)
        .with_cpu("F_ins", &rounds, INSERT),
        Figure::new(
            &stage.plan,
            &rounds,
            "O2",
            "answer at half of saturation, p99, ms",
            rounds.median(p99),
            Target::AtMost(30.0),
        )
        .of(rounds.median(p99), 30.0, "ms")
        .judged_by("latency")
        .with("offered 1/s", rounds.median(|[.., half]| half.rate)),
    ])
}

async fn saturated(stage: &Stage, sending: &Sending) -> anyhow::Result<Measured> {
    let load = Load::start(sending.product, &sending.source())?;
    let measured = window(stage.machine, &stage.plan, &load.done).await;
    load.finish().await?;
    measured
}

async fn at_half(stage: &Stage, sending: &Sending) -> anyhow::Result<Measured> {
    let half = Offer {
        rate: saturated(stage, sending).await?.rate / 2.0,
        warm_up: stage.plan.warm_up,
        window: stage.plan.window * 2,
        connections: CONNECTIONS,
        since: Since::Due,
    };
    let from = stage.machine.sample()?;
    let answers = offer(sending.product, &sending.source(), half).await?;
    let usage = stage.machine.since(&from)?;
    anyhow::ensure!(answers.accepted == answers.all(), "a send was refused");
    Ok(Measured {
        rate: half.rate,
        latency_ms: [0.5, 0.99, 0.999].map(|part| answers.latencies.within(part)),
        foreign: usage.foreign,
        ..Measured::default()
    })
}

//! I10: what a quiet tenant notices when another one floods.

use std::time::{Duration, Instant};

use anyhow::Context;

use super::{
    CONNECTIONS, Flow,
    script::{Script, inbound_id},
};
use crate::{
    ingest::{Connection, Offer, Since, Source},
    report::{Figure, Target},
    rounds::{Measured, Rounds},
    stage::Stage,
};

/// Everybody's load together, events a second.
const QUIET: f64 = 500.0;
/// The flood is so many times everybody's load.
const FLOOD: f64 = 10.0;
/// Tenants that are watched and that flood.
const WATCHED: u64 = 17;
const FLOODING: u64 = 18;
/// Time between two probes.
const PROBE_EVERY: Duration = Duration::from_millis(40);
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// A message that does not arrive within this is lost.
const LOST_AFTER: Duration = Duration::from_secs(20);

/// Time from sending a webhook until its message is stored in the inbox, p99, with the flood and without.
pub async fn flooded(stage: &Stage, flow: &Flow) -> anyhow::Result<Vec<Figure>> {
    let mut turn = 0;
    let rounds: Rounds<2> = Rounds::run(&stage.plan, async |side| {
        turn += 1;
        let kind = if side == 0 { "flood" } else { "quiet" };
        let from = stage.machine.sample()?;
        let rate = if side == 0 { QUIET * (1.0 + FLOOD) } else { QUIET };
        let offer = Offer {
            rate,
            warm_up: stage.plan.warm_up,
            window: stage.plan.window * 2,
            connections: CONNECTIONS,
            since: Since::Due,
        };
        let source = mixed(flow.script(stage), side == 0, turn);
        let probing = probes(stage, flow, kind, turn, offer);
        let (answers, latencies) = tokio::join!(flow.offer(&source, offer), probing);
        let (answers, mut latencies) = (answers?, latencies?);
        let usage = stage.machine.since(&from)?;
        flow.drained(stage).await?;
        flow.clean(stage).await?;
        anyhow::ensure!(answers.accepted == answers.all(), "a webhook was refused");
        latencies.sort_by(f64::total_cmp);
        let at = |part: usize| {
            latencies
                .get(latencies.len() * part / 100)
                .copied()
                .unwrap_or_default()
        };
        Ok(Measured {
            rate,
            latency_ms: [at(50), at(99), at(100)],
            foreign: usage.foreign,
            ..Measured::default()
        })
    })
    .await?;
    let of = |side: usize, place: usize| {
        rounds.median(|round| {
            round
                .get(side)
                .and_then(|m| m.latency_ms.get(place))
                .copied()
                .unwrap_or_default()
        })
    };
    let ratio = rounds.median(|[flood, quiet]| flood.latency_ms[1] / quiet.latency_ms[1]);
    Ok(vec![
        Figure::new(
            &stage.plan,
            &rounds,
            "I10",
            "one tenant sends ten times everybody's load: another's lag p99, times the quiet one",
            ratio,
            Target::AtMost(2.0),
        )
        .of(of(0, 1), of(1, 1), "ms")
        .judged_by("latency")
        .with("p50 with the flood, ms", of(0, 0))
        .with("p50 without, ms", of(1, 0))
        .with(
            "offered with the flood 1/s",
            rounds.median(|[flood, _]| flood.rate),
        ),
    ])
}

/// Everybody's messages, and with a flood ten of one tenant to each of them.
fn mixed(script: Script, flood: bool, turn: u64) -> Source {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };
    const ROUND: u64 = 10_000_000;
    let next = AtomicU64::new(turn * ROUND);
    Arc::new(move || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let tenant = if flood && !number.is_multiple_of(11) {
            FLOODING
        } else {
            number / 11 % super::world::TENANTS
        };
        script.message(tenant, number, "load")
    })
}

async fn probes(
    stage: &Stage,
    flow: &Flow,
    kind: &'static str,
    turn: u64,
    offer: Offer,
) -> anyhow::Result<Vec<f64>> {
    let script = flow.script(stage);
    let mut connection = Connection::open(flow.product).await?;
    tokio::time::sleep(offer.warm_up + Duration::from_millis(500)).await;
    let (begin, mut latencies) = (Instant::now(), Vec::new());
    let mut number = turn * 100_000;
    while begin.elapsed() < offer.window {
        number += 1;
        let from = Instant::now();
        connection
            .exchange(&script.message(WATCHED, number, kind))
            .await?;
        arrived(stage, &inbound_id(WATCHED, number, kind)).await?;
        latencies.push(from.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(PROBE_EVERY).await;
    }
    Ok(latencies)
}

async fn arrived(stage: &Stage, provider_id: &str) -> anyhow::Result<()> {
    let look = async {
        loop {
            let found: bool = sqlx::query_scalar(
                "select exists (
                   select from phone_numbers p
                   join messages m on m.tenant_id = p.tenant_id and m.phone_number_id = p.id and m.provider_id = $2
                   where p.provider_number_id = $1)",
            )
            .bind(format!("number-flow-{WATCHED}"))
            .bind(provider_id)
            .fetch_one(&stage.db.superuser)
            .await?;
            if found {
                return anyhow::Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(LOST_AFTER, look)
        .await
        .context("a webhook was acknowledged but its message did not come")?
}

//! What is compared, and with what.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use domain::MetaAppId;
use sqlx::{Connection as _, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Ingest,
    load::{Connection, Load, repeated},
    single::{self, DAY, Row},
};
use crate::{
    report::{Figure, Target},
    rounds::{Measured, Rounds, median, window},
    stage::Stage,
};

/// Rows of one INSERT of the floor.
const FLOOR_BATCH: usize = 100;
/// Exchanges before latencies count.
const LATENCY_WARM_UP: usize = 20;
/// The stream that the floor writes; the single-INSERT server writes another.
const FLOOR_STREAM: i16 = 1;

/// Places of the sides in a round.
const PRODUCT: usize = 0;
const HTTP: usize = 1;
const INSERT: usize = 2;
const SINGLE: usize = 3;

/// I1 and I2 from the same rounds.
pub async fn acknowledged(
    stage: &Stage,
    ingest: &Ingest,
    floors: bool,
    single: bool,
) -> anyhow::Result<Vec<Figure>> {
    let rounds: Rounds<4> = Rounds::run(&stage.plan, async |side| {
        let skipped = match side {
            HTTP | INSERT => !floors,
            SINGLE => !single,
            _ => false,
        };
        if skipped {
            return Ok(Measured::default());
        }
        let measured = match side {
            PRODUCT => under_load(stage, ingest, ingest.product).await,
            HTTP => under_load(stage, ingest, ingest.empty).await,
            SINGLE => under_load(stage, ingest, ingest.single).await,
            _ => inserting(stage, &ingest.bodies).await,
        };
        stage.sql("truncate raw_webhooks, floor_raw").await?;
        stage.sql("checkpoint").await?;
        measured
    })
    .await?;
    let mut figures = Vec::new();
    if floors {
        figures.push(against_floors(stage, &rounds));
    }
    if single {
        figures.push(against_single(stage, &rounds));
    }
    Ok(figures)
}

fn against_floors(stage: &Stage, rounds: &Rounds<4>) -> Figure {
    let harmonic = |[_, http, insert, _]: &[Measured; 4]| 1.0 / (1.0 / http.rate + 1.0 / insert.rate);
    let by_cpu =
        |[product, http, insert, _]: &[Measured; 4]| (http.cpu_us() + insert.cpu_us()) / product.cpu_us();
    let by_rate = |round: &[Measured; 4]| round[PRODUCT].rate / harmonic(round);
    let value = if rounds.noisy {
        rounds.median(by_cpu)
    } else {
        rounds.median(by_rate)
    };
    Figure::new(
        &stage.plan,
        rounds,
        "I1",
        "durable acks, part of the harmonic floor",
        value,
        Target::AtLeast(0.80),
    )
    .of(
        rounds.median(|round| round[PRODUCT].rate),
        rounds.median(harmonic),
        "acks/s",
    )
    .judged_by(if rounds.noisy { "cpu" } else { "rate" })
    .with("F_http 1/s", rounds.median(|round| round[HTTP].rate))
    .with("F_ins 1/s", rounds.median(|round| round[INSERT].rate))
    .with("ratio by rate", rounds.median(by_rate))
    .with("ratio by cpu", rounds.median(by_cpu))
    .with_cpu("F_http", rounds, HTTP)
    .with_cpu("F_ins", rounds, INSERT)
    .with_cpu("product", rounds, PRODUCT)
}

fn against_single(stage: &Stage, rounds: &Rounds<4>) -> Figure {
    let by_cpu = |round: &[Measured; 4]| round[SINGLE].cpu_us() / round[PRODUCT].cpu_us();
    let by_rate = |round: &[Measured; 4]| round[PRODUCT].rate / round[SINGLE].rate;
    let value = if rounds.noisy {
        rounds.median(by_cpu)
    } else {
        rounds.median(by_rate)
    };
    Figure::new(
        &stage.plan,
        rounds,
        "I2",
        "durable acks, times one INSERT per request",
        value,
        Target::AtLeast(2.5),
    )
    .of(
        rounds.median(|round| round[PRODUCT].rate),
        rounds.median(|round| round[SINGLE].rate),
        "acks/s",
    )
    .judged_by(if rounds.noisy { "cpu" } else { "rate" })
    .with("ratio by rate", rounds.median(by_rate))
    .with("ratio by cpu", rounds.median(by_cpu))
    .with_cpu("one INSERT each", rounds, SINGLE)
    .with_cpu("product", rounds, PRODUCT)
}

async fn under_load(stage: &Stage, ingest: &Ingest, server: SocketAddr) -> anyhow::Result<Measured> {
    let load = Load::start(server, &repeated(&ingest.requests))?;
    let measured = window(stage.machine, &stage.plan, &load.done).await;
    load.finish().await?;
    measured
}

/// F_ins: one connection, batches of 100 rows, nothing else.
pub async fn inserting(stage: &Stage, bodies: &[Bytes]) -> anyhow::Result<Measured> {
    let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let connection = single::connect(stage).await?;
    let work = insert_batches(
        connection,
        stage.app.meta_app_id,
        bodies.to_vec(),
        Arc::clone(&done),
        Arc::clone(&stop),
    );
    let writer = tokio::spawn(work);
    let measured = window(stage.machine, &stage.plan, &done).await;
    stop.store(true, Ordering::Relaxed);
    writer.await??;
    measured
}

async fn insert_batches(
    mut connection: PgConnection,
    app: MetaAppId,
    bodies: Vec<Bytes>,
    done: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let apps: Vec<Uuid> = vec![app.uuid(); FLOOR_BATCH];
    let times: Vec<OffsetDateTime> = vec![DAY.midnight().assume_utc(); FLOOR_BATCH];
    let bodies: Vec<&[u8]> = bodies
        .iter()
        .cycle()
        .take(FLOOR_BATCH)
        .map(AsRef::as_ref)
        .collect();
    let mut seq = 0_i64;
    while !stop.load(Ordering::Relaxed) {
        let insert = sqlx::query(
            "insert into floor_raw (day, stream, seq, meta_app_id, received_at, body)
             select $1, $2, $3 + u.n, u.meta_app_id, u.received_at, u.body
             from unnest($4::uuid[], $5::timestamptz[], $6::bytea[]) with ordinality as u (meta_app_id, received_at, body, n)",
        );
        let insert = insert
            .bind(DAY)
            .bind(FLOOR_STREAM)
            .bind(seq)
            .bind(&apps)
            .bind(&times)
            .bind(&bodies);
        let rows = insert.execute(&mut connection).await?.rows_affected();
        seq += i64::try_from(rows)?;
        done.fetch_add(rows, Ordering::Relaxed);
    }
    Ok(())
}

/// I4: how much later a lone webhook is acknowledged than a lone INSERT.
pub async fn idle(stage: &Stage, ingest: &Ingest) -> anyhow::Result<Vec<Figure>> {
    let rounds: Rounds<2> = Rounds::run(&stage.plan, async |side| {
        let from = stage.machine.sample()?;
        let millis = if side == 0 {
            lone_webhooks(stage, ingest).await?
        } else {
            lone_inserts(stage, ingest).await?
        };
        let usage = stage.machine.since(&from)?;
        stage.sql("truncate raw_webhooks, floor_raw").await?;
        Ok(Measured {
            rate: millis,
            foreign: usage.foreign,
            ..Measured::default()
        })
    })
    .await?;
    let later = rounds.median(|[product, floor]| product.rate - floor.rate);
    let figure = Figure::new(
        &stage.plan,
        &rounds,
        "I4",
        "lone webhook, ack p50 above INSERT p50, ms",
        later,
        Target::AtMost(1.0),
    )
    .of(
        rounds.median(|[product, _]| product.rate),
        rounds.median(|[_, floor]| floor.rate),
        "ms",
    )
    .judged_by("latency");
    Ok(vec![figure])
}

async fn lone_webhooks(stage: &Stage, ingest: &Ingest) -> anyhow::Result<f64> {
    let (server, requests, count) = (ingest.product, Arc::clone(&ingest.requests), stage.plan.latencies);
    apart(async move || {
        let mut connection = Connection::open(server).await?;
        let mut latencies = Vec::new();
        for request in requests.iter().cycle().take(LATENCY_WARM_UP + count) {
            let from = Instant::now();
            connection.exchange(request).await?;
            latencies.push(from.elapsed());
        }
        Ok(p50(&latencies))
    })
    .await
}

async fn lone_inserts(stage: &Stage, ingest: &Ingest) -> anyhow::Result<f64> {
    let (options, bodies, count) = (
        stage.db.superuser.connect_options(),
        ingest.bodies.clone(),
        stage.plan.latencies,
    );
    let id = stage.app.meta_app_id;
    apart(async move || {
        let mut connection = PgConnection::connect_with(&options).await?;
        let mut latencies = Vec::new();
        for (seq, body) in (0_i64..).zip(bodies.iter().cycle().take(LATENCY_WARM_UP + count)) {
            let from = Instant::now();
            single::insert(
                &mut connection,
                FLOOR_STREAM,
                Row {
                    seq,
                    id,
                    received_at: DAY.midnight().assume_utc(),
                    body,
                },
            )
            .await?;
            latencies.push(from.elapsed());
        }
        Ok(p50(&latencies))
    })
    .await
}

/// Runs a client on a thread and a runtime of its own, as a client in another process would.
async fn apart<F: AsyncFnOnce() -> anyhow::Result<f64> + Send + 'static>(client: F) -> anyhow::Result<f64> {
    let run = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(client())
    };
    tokio::task::spawn_blocking(run).await?
}

/// Milliseconds.
fn p50(latencies: &[Duration]) -> f64 {
    median(
        latencies
            .iter()
            .skip(LATENCY_WARM_UP)
            .map(|latency| latency.as_secs_f64() * 1e3)
            .collect(),
    )
}

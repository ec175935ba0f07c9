//! An open loop: requests are due at a fixed rate whether or not the server keeps up, and a latency counts from the
//! moment when its request was due.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use futures::future::try_join_all;
use tokio::time::sleep_until;

use super::{
    latencies::Latencies,
    load::{Connection, Source},
};
use crate::machine::LOAD_THREAD;

/// Threads that share the connections.
const THREADS: usize = 2;

/// What is offered.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// Requests a second.
    pub rate: f64,
    /// Not counted before this.
    pub warm_up: Duration,
    /// How long answers count.
    pub window: Duration,
    /// Connections; with too few of them the loop closes.
    pub connections: usize,
    /// When a latency begins.
    pub since: Since,
}

/// When a latency begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// When the request was due, whoever is to blame that it was not sent then.
    Due,
    /// When it was sent: for more load than the generator itself can send in time on the same cores.
    Sent,
}

impl Offer {
    /// So many requests, each as soon as a connection is free.
    pub fn at_once(count: u64, connections: usize) -> Self {
        Self {
            rate: 1e6,
            warm_up: Duration::ZERO,
            window: Duration::from_micros(count),
            connections,
            since: Since::Due,
        }
    }
}

/// What came back in the window.
#[derive(Debug, Default)]
pub struct Answers {
    /// Of those accepted.
    pub latencies: Latencies,
    /// Answered 200 or 202.
    pub accepted: u64,
    /// Answered 503.
    pub refused: u64,
    /// Answered otherwise.
    pub other: u64,
}

impl Answers {
    /// All of them.
    pub const fn all(&self) -> u64 {
        self.accepted + self.refused + self.other
    }

    fn add(&mut self, more: &Self) {
        self.latencies.add(&more.latencies);
        self.accepted += more.accepted;
        self.refused += more.refused;
        self.other += more.other;
    }

    fn record(&mut self, status: u16, latency: Duration) {
        match status {
            200 | 202 => {
                self.latencies.record(latency);
                self.accepted += 1;
            }
            503 => self.refused += 1,
            _ => self.other += 1,
        }
    }
}

/// The schedule that all connections take their turns from.
struct Schedule {
    offer: Offer,
    begin: Instant,
    turns: AtomicU64,
}

impl Schedule {
    /// The next moment at which a request is due; `None` after the end.
    #[allow(clippy::cast_precision_loss)]
    fn next(&self) -> Option<Instant> {
        let turn = self.turns.fetch_add(1, Ordering::Relaxed);
        let due = self.begin + Duration::from_secs_f64(turn as f64 / self.offer.rate);
        (due < self.begin + self.offer.warm_up + self.offer.window).then_some(due)
    }

    fn counts(&self, due: Instant) -> bool {
        due >= self.begin + self.offer.warm_up
    }
}

/// Offers load for the warm-up and the window and tells what came back.
pub async fn offer(server: SocketAddr, source: &Source, offer: Offer) -> anyhow::Result<Answers> {
    let schedule = Arc::new(Schedule {
        offer,
        begin: Instant::now() + Duration::from_millis(500),
        turns: AtomicU64::new(0),
    });
    let mut threads = Vec::new();
    for thread in 0..THREADS {
        let (schedule, source) = (Arc::clone(&schedule), Arc::clone(source));
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let connections = (thread..schedule.offer.connections).step_by(THREADS);
            let answers = std::cell::RefCell::new(Answers::default());
            runtime.block_on(try_join_all(
                connections.map(|_| connection(server, &source, &schedule, &answers)),
            ))?;
            anyhow::Ok(answers.into_inner())
        };
        let thread = std::thread::Builder::new()
            .name(format!("{LOAD_THREAD}-{thread}"))
            .spawn(work)
            .context("cannot start the load generator")?;
        threads.push(thread);
    }
    tokio::task::spawn_blocking(move || {
        let mut all = Answers::default();
        for thread in threads {
            let answers = thread
                .join()
                .unwrap_or_else(|_| anyhow::bail!("a thread of the load generator ended early"))?;
            all.add(&answers);
        }
        Ok(all)
    })
    .await?
}

async fn connection(
    server: SocketAddr,
    source: &Source,
    schedule: &Schedule,
    answers: &std::cell::RefCell<Answers>,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(server).await?;
    while let Some(due) = schedule.next() {
        sleep_until(due.into()).await;
        let request = source();
        let begin = match schedule.offer.since {
            Since::Due => due,
            Since::Sent => Instant::now(),
        };
        let status = connection.status(&request).await?;
        if schedule.counts(due) {
            answers.borrow_mut().record(status, begin.elapsed());
        }
    }
    Ok(())
}

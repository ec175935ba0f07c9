//! Rounds: every side is measured once per round, in turn, so that what changes on the machine changes for all.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::ensure;

use crate::machine::{Machine, Usage};

/// Cores that others may burn in a round; more, and the round is repeated.
pub const FOREIGN_MAX: f64 = 0.3;

/// How much is measured, and how strictly.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Rounds that count.
    pub rounds: usize,
    /// Quiet rounds that are enough, once no more may be repeated.
    pub quorum: usize,
    /// Rounds that may be repeated, over all.
    pub repeats: usize,
    /// A first round that warms caches and WAL files and doesn't count.
    pub warm_up_round: bool,
    /// What runs before each window.
    pub warm_up: Duration,
    /// What is counted.
    pub window: Duration,
    /// Latencies per round.
    pub latencies: usize,
    /// Webhooks of a run that ends when all of them are normalized.
    pub events: u64,
    /// How long twice the saturation is offered.
    pub overload: Duration,
    /// How long webhooks are acknowledged and normalized at a steady rate.
    pub sustained: Duration,
    /// Conversations of all tenants together.
    pub conversations: usize,
    /// Part of each target that has to be reached.
    pub strictness: f64,
}

impl Plan {
    /// Before a release.
    pub const fn full() -> Self {
        Self {
            rounds: 5,
            quorum: 5,
            repeats: 10,
            warm_up_round: true,
            warm_up: Duration::from_millis(700),
            window: Duration::from_secs(3),
            latencies: 200,
            events: 60_000,
            overload: Duration::from_secs(60),
            sustained: Duration::from_secs(300),
            conversations: 100_000,
            strictness: 1.0,
        }
    }

    /// On every change.
    pub const fn short() -> Self {
        Self {
            rounds: 3,
            quorum: 2,
            repeats: 4,
            warm_up_round: true,
            warm_up: Duration::from_millis(500),
            window: Duration::from_millis(1_500),
            latencies: 200,
            events: 24_000,
            overload: Duration::from_secs(10),
            sustained: Duration::from_secs(20),
            conversations: 40_000,
            strictness: 0.8,
        }
    }

    /// The same for what is long enough by itself and can't be repeated: one round, whatever others do.
    pub const fn unrepeated(self) -> Self {
        Self {
            rounds: 1,
            quorum: 1,
            repeats: 0,
            warm_up_round: false,
            ..self
        }
    }
}

/// One side of one round.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    /// Items a second, or what else the side says.
    pub rate: f64,
    /// p50, p99 and p99.9 in milliseconds, where latencies were taken.
    pub latency_ms: [f64; 3],
    /// Microseconds of processor time per item: the cluster.
    pub postgres_us: f64,
    /// The same, of this process without the load generator.
    pub program_us: f64,
    /// The same, of the load generator.
    pub load_us: f64,
    /// Cores that others burned.
    pub foreign: f64,
}

impl Measured {
    /// Microseconds of processor time per item, whoever spent them.
    pub fn cpu_us(&self) -> f64 {
        self.postgres_us + self.program_us + self.load_us
    }

    /// So many items, at this cost.
    pub fn new(items: u64, usage: &Usage) -> anyhow::Result<Self> {
        ensure!(items > 0, "nothing was done in a whole window");
        #[allow(clippy::cast_precision_loss)]
        let items = items as f64;
        let per_item = |core_seconds: f64| core_seconds * 1e6 / items;
        Ok(Self {
            rate: items / usage.seconds,
            latency_ms: [0.0; 3],
            postgres_us: per_item(usage.postgres),
            program_us: per_item(usage.program),
            load_us: per_item(usage.load),
            foreign: usage.foreign,
        })
    }
}

/// Counts items in one window while others work; must run on a thread that serves nobody.
pub async fn window(machine: Machine, plan: &Plan, done: &AtomicU64) -> anyhow::Result<Measured> {
    tokio::time::sleep(plan.warm_up).await;
    let (from, before) = (machine.sample()?, done.load(Ordering::Relaxed));
    tokio::time::sleep(plan.window).await;
    let after = done.load(Ordering::Relaxed);
    Measured::new(after - before, &machine.since(&from)?)
}

/// What came out of all rounds.
#[derive(Debug)]
pub struct Rounds<const SIDES: usize> {
    /// The rounds that count; each side in its place.
    pub kept: Vec<[Measured; SIDES]>,
    /// True when others burned too much in one that counts, because there were too few quiet ones.
    pub noisy: bool,
}

impl<const SIDES: usize> Rounds<SIDES> {
    /// Measures the sides in turn, the order turned round every other time.
    pub async fn run(
        plan: &Plan,
        mut measure: impl AsyncFnMut(usize) -> anyhow::Result<Measured>,
    ) -> anyhow::Result<Self> {
        let (mut kept, mut loud) = (Vec::new(), Vec::new());
        let first = usize::from(!plan.warm_up_round);
        for turn in first..=plan.rounds + plan.repeats {
            let mut round = [Measured::default(); SIDES];
            let sides = round.iter_mut().enumerate();
            let order: Vec<_> = if turn % 2 == 0 {
                sides.collect()
            } else {
                sides.rev().collect()
            };
            for (side, place) in order {
                *place = measure(side).await?;
            }
            let foreign = round.iter().map(|side| side.foreign).fold(0.0, f64::max);
            if turn > 0 {
                if foreign > FOREIGN_MAX {
                    &mut loud
                } else {
                    &mut kept
                }
                .push(round);
            }
            if kept.len() == plan.rounds {
                break;
            }
        }
        let noisy = kept.len() < plan.quorum;
        if noisy {
            kept.extend(loud.into_iter().take(plan.rounds - kept.len()));
        }
        Ok(Self { kept, noisy })
    }

    /// Median over the rounds of what `of` makes of one round.
    pub fn median(&self, of: impl Fn(&[Measured; SIDES]) -> f64) -> f64 {
        median(self.kept.iter().map(of).collect())
    }

    /// Median of what others burned in the loudest side of each round.
    pub fn foreign(&self) -> f64 {
        self.median(|round| round.iter().map(|side| side.foreign).fold(0.0, f64::max))
    }
}

/// The middle one; the mean of both when the number is even, 0 of nothing.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    if values.len() % 2 == 1 {
        at(half)
    } else {
        (at(half.saturating_sub(1)) + at(half)) / 2.0
    }
}

//! Limit maths: GCRA over an abstract time line in microseconds, and budgets made of it.

use std::{collections::HashMap, hash::Hash};

/// One customer: a message per 6 s from one number (Cloud API throughput, Dec 2025).
pub const PAIR_INTERVAL_US: u64 = 6_000_000;
/// Messages that one customer may get at once, borrowed from the time to come.
pub const PAIR_BURST: u32 = 45;

/// A generic-cell-rate bucket: `burst` cells at once, then one per `interval_us`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gcra {
    interval_us: u64,
    tolerance_us: u64,
    /// Theoretical arrival time of the next cell, microseconds.
    tat_us: u64,
}

impl Gcra {
    /// A bucket of `per_second` cells a second (at least 1) with room for `burst` at once.
    #[must_use]
    pub fn per_second(per_second: u32, burst: u32) -> Self {
        Self::every(1_000_000 / u64::from(per_second.max(1)), burst)
    }

    /// A bucket of one cell per `interval_us` with room for `burst` (at least 1) at once.
    #[must_use]
    pub fn every(interval_us: u64, burst: u32) -> Self {
        let interval_us = interval_us.max(1);
        Self {
            interval_us,
            tolerance_us: interval_us * u64::from(burst.max(1) - 1),
            tat_us: 0,
        }
    }

    /// Starts where a former owner stopped, as if its bucket were empty: it can only under-shoot.
    pub fn resume_empty(&mut self, tat_us: u64, now_us: u64) {
        self.tat_us = tat_us.max(now_us.saturating_add(self.tolerance_us));
    }

    /// Theoretical arrival time, microseconds, to hand on to a next owner.
    #[must_use]
    pub const fn tat_us(&self) -> u64 {
        self.tat_us
    }

    /// How many cells may go now, at most `want`; does not take them.
    #[must_use]
    pub fn available(&self, now_us: u64, want: u32) -> u32 {
        let start = self.tat_us.max(now_us);
        let slack = (now_us + self.tolerance_us + self.interval_us).saturating_sub(start);
        u32::try_from(slack / self.interval_us)
            .unwrap_or(u32::MAX)
            .min(want)
    }

    /// Takes `cells` that [`Self::available`] granted.
    pub fn take(&mut self, now_us: u64, cells: u32) {
        self.tat_us = self.tat_us.max(now_us) + self.interval_us * u64::from(cells);
    }

    /// Microseconds until one more cell may go.
    #[must_use]
    pub fn wait_us(&self, now_us: u64) -> u64 {
        self.tat_us.saturating_sub(now_us + self.tolerance_us)
    }
}

/// How often something may happen to one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Its name, told to callers: `credential`.
    pub name: &'static str,
    /// Per minute in the long run; at least 1.
    pub per_minute: u32,
    /// At once; at least 1.
    pub burst: u32,
}

/// What is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// True when it may happen.
    pub allowed: bool,
    /// How often it may happen now.
    pub remaining: u32,
    /// Seconds until it may happen again; 0 when it may happen now.
    pub retry_after_secs: u32,
    /// Seconds until all of it may happen at once again.
    pub full_after_secs: u32,
}

impl RateLimit {
    /// A full bucket.
    #[must_use]
    pub fn bucket(&self) -> Gcra {
        Gcra::every(60_000_000 / u64::from(self.per_minute.max(1)), self.burst)
    }

    /// Seconds in which an empty bucket becomes full.
    #[must_use]
    pub fn window_secs(&self) -> u32 {
        let secs = u64::from(self.burst.max(1)) * 60 / u64::from(self.per_minute.max(1));
        u32::try_from(secs).unwrap_or(u32::MAX).max(1)
    }

    /// What is left in a bucket.
    #[must_use]
    pub fn quota(&self, bucket: &Gcra, now_us: u64, allowed: bool) -> Quota {
        let secs = |us: u64| u32::try_from(us.div_ceil(1_000_000)).unwrap_or(u32::MAX);
        Quota {
            allowed,
            remaining: bucket.available(now_us, self.burst.max(1)),
            retry_after_secs: if allowed {
                0
            } else {
                secs(bucket.wait_us(now_us)).max(1)
            },
            full_after_secs: secs(bucket.tat_us().saturating_sub(now_us)),
        }
    }
}

/// A budget of many holders: each key has a bucket of the same shape. Whoever wants to call asks every budget that the
/// call counts against, waits for the latest answer, and takes from each when the call begins.
#[derive(Debug, Clone)]
pub struct Budget<K> {
    shape: Gcra,
    /// Buckets that are not full: the theoretical arrival time of each.
    used: HashMap<K, u64>,
}

impl<K: Eq + Hash> Budget<K> {
    /// Each key may take `burst` at once, then one per `interval_us`.
    #[must_use]
    pub fn each(interval_us: u64, burst: u32) -> Self {
        Self {
            shape: Gcra::every(interval_us, burst),
            used: HashMap::new(),
        }
    }

    /// Microseconds that the key must wait for one more; 0 when it may go.
    #[must_use]
    pub fn wait_us(&self, key: &K, now_us: u64) -> u64 {
        self.bucket(key).wait_us(now_us)
    }

    /// Takes one for the key.
    pub fn take(&mut self, key: K, now_us: u64) {
        let mut bucket = self.bucket(&key);
        bucket.take(now_us, 1);
        self.used.insert(key, bucket.tat_us());
    }

    /// Goes on where a former owner of the key stopped.
    pub fn resume(&mut self, key: K, tat_us: u64) {
        let known = self.used.entry(key).or_default();
        *known = tat_us.max(*known);
    }

    /// Forgets buckets that are full again.
    pub fn prune(&mut self, now_us: u64) {
        self.used.retain(|_, tat_us| *tat_us > now_us);
    }

    fn bucket(&self, key: &K) -> Gcra {
        Gcra {
            tat_us: self.used.get(key).copied().unwrap_or_default(),
            ..self.shape
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Asking as often as one likes, forgetting and resuming in between: a peer that replays the calls sees no fault.
        #[test]
        fn a_budget_holds_each_key_to_its_bucket(steps in proptest::collection::vec((0_u64..3_000_000, 0_u8..3, any::<bool>()), 1..200)) {
            let mut budget = Budget::each(PAIR_INTERVAL_US, 5);
            let mut peers: HashMap<u8, Gcra> = HashMap::new();
            let mut now = 1_000_000_000;
            for (gap, key, hand_over) in steps {
                now += gap;
                if hand_over {
                    let mut next = Budget::each(PAIR_INTERVAL_US, 5);
                    budget.prune(now);
                    budget.used.iter().for_each(|(key, tat)| next.resume(*key, *tat));
                    budget = next;
                }
                if budget.wait_us(&key, now) == 0 {
                    budget.take(key, now);
                    let peer = peers.entry(key).or_insert_with(|| Gcra::every(PAIR_INTERVAL_US, 5));
                    prop_assert_eq!(peer.available(now, 1), 1);
                    peer.take(now, 1);
                }
            }
        }
    }

    #[test]
    fn one_key_never_delays_another() {
        let mut pair = Budget::each(PAIR_INTERVAL_US, PAIR_BURST);
        for _ in 0..PAIR_BURST {
            assert_eq!(pair.wait_us(&"a", 7), 0);
            pair.take("a", 7);
        }
        assert_eq!(pair.wait_us(&"b", 7), 0);
        assert_eq!(pair.wait_us(&"a", 7), PAIR_INTERVAL_US);
    }

    proptest! {
        /// No prefix of arrivals may hold more than burst + rate × time, whatever the pattern of asking.
        #[test]
        fn never_exceeds_rate_plus_burst(rate in 1_u32..200, burst in 1_u32..50, gaps in proptest::collection::vec((0_u64..300_000, 1_u32..80), 1..60)) {
            let mut bucket = Gcra::per_second(rate, burst);
            let interval = 1_000_000 / u64::from(rate);
            let (mut now, mut sent): (u64, Vec<u64>) = (1_000_000, Vec::new());
            for (gap, want) in gaps {
                now += gap;
                let cells = bucket.available(now, want);
                bucket.take(now, cells);
                sent.extend(std::iter::repeat_n(now, cells as usize));
            }
            for (i, first) in sent.iter().enumerate() {
                for (j, last) in sent.iter().enumerate().skip(i) {
                    prop_assert!((j - i + 1) as u64 <= u64::from(burst) + (last - first) / interval);
                }
            }
        }
    }

    #[test]
    fn resumed_bucket_starts_empty() {
        let mut bucket = Gcra::per_second(10, 10);
        bucket.resume_empty(0, 5_000_000);
        assert_eq!(bucket.available(5_000_000, 10), 1);
        assert_eq!(bucket.available(5_900_000, 10), 10);
    }
}

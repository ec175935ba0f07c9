//! The gate in front of a number's calls: first come, first served, never faster than the provider allows.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::limits::Gcra;

use crate::timeline::TimeLine;

/// A slowed number never goes below this share of its rate: it must notice when the provider recovers.
const SHARE_MIN: f64 = 0.05;
/// What a slowed number regains per microsecond: 10 % a minute.
const RECOVERY_PER_US: f64 = 0.1 / 60_000_000.0;
/// Refusals within this time are one event: they answer calls made at the same speed.
const SLOWED_TOGETHER_US: u64 = 1_000_000;

pub(crate) struct Gate {
    turn: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
}

struct Pace {
    bucket: Gcra,
    /// What the provider allows, messages per second.
    throughput_mps: u32,
    /// Share of it that is used, 0 to 1.
    share: f64,
    changed_us: u64,
}

impl Gate {
    /// A gate that starts empty where a former owner stopped.
    pub(crate) fn resumed(throughput_mps: u32, tat_us: u64, now_us: u64) -> Self {
        let mut bucket = bucket(throughput_mps, 1.0);
        bucket.resume_empty(tat_us, now_us);
        let pace = Pace {
            bucket,
            throughput_mps,
            share: 1.0,
            changed_us: now_us,
        };
        Self {
            turn: tokio::sync::Mutex::new(()),
            pace: Mutex::new(pace),
        }
    }

    /// Waits for this call's turn and takes it; false, and nothing is taken, once `open` says no.
    pub(crate) async fn pass(&self, line: &TimeLine, open: impl Fn() -> bool) -> bool {
        let _turn = self.turn.lock().await;
        loop {
            if !open() {
                return false;
            }
            let Some(wait_us) = self.take(line.now_us()) else {
                return true;
            };
            tokio::time::sleep(Duration::from_micros(wait_us)).await;
        }
    }

    /// Takes one call, or says how long to wait.
    fn take(&self, now_us: u64) -> Option<u64> {
        let mut pace = self.pace();
        if pace.bucket.available(now_us, 1) == 0 {
            return Some(pace.bucket.wait_us(now_us).max(1));
        }
        pace.bucket.take(now_us, 1);
        None
    }

    /// Calls a second at present.
    pub(crate) fn per_second(&self) -> u32 {
        let pace = self.pace();
        effective(pace.throughput_mps, pace.share)
    }

    /// Theoretical arrival time for a next owner.
    pub(crate) fn tat_us(&self) -> u64 {
        self.pace().bucket.tat_us()
    }

    /// The provider said that we are too fast: half the speed.
    pub(crate) fn slow(&self, now_us: u64) {
        let mut pace = self.pace();
        if pace.share < 1.0 && now_us < pace.changed_us.saturating_add(SLOWED_TOGETHER_US) {
            return;
        }
        let (share, throughput) = ((pace.share / 2.0).max(SHARE_MIN), pace.throughput_mps);
        pace.reshape(throughput, share, now_us);
    }

    /// Follows the provider's limit and lets a slowed number recover.
    pub(crate) fn refresh(&self, throughput_mps: u32, now_us: u64) {
        let mut pace = self.pace();
        #[allow(clippy::cast_precision_loss)]
        let regained = now_us.saturating_sub(pace.changed_us) as f64 * RECOVERY_PER_US;
        let share = (pace.share + regained).min(1.0);
        if pace.throughput_mps != throughput_mps || (pace.share < 1.0 && share > pace.share) {
            pace.reshape(throughput_mps, share, now_us);
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    /// A changed bucket starts empty, so a change never lets more through.
    fn reshape(&mut self, throughput_mps: u32, share: f64, now_us: u64) {
        let tat_us = self.bucket.tat_us();
        self.bucket = bucket(throughput_mps, share);
        self.bucket.resume_empty(tat_us, now_us);
        (self.throughput_mps, self.share, self.changed_us) = (throughput_mps, share, now_us);
    }
}

fn effective(throughput_mps: u32, share: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rate = (f64::from(throughput_mps) * share) as u32;
    rate.max(1)
}

/// Room for 25 ms at once makes up for timers that fire late; what it adds is taken off the rate, so that no second holds
/// more than the limit.
fn bucket(throughput_mps: u32, share: f64) -> Gcra {
    let rate = effective(throughput_mps, share);
    let burst = if rate < 10 { 1 } else { (rate / 40).clamp(2, 50) };
    Gcra::per_second(rate.saturating_sub(burst).max(1), burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes whenever allowed for `seconds`, looking every millisecond; returns the times.
    fn greedy(gate: &Gate, from_us: u64, seconds: u64) -> Vec<u64> {
        let mut times = Vec::new();
        for now in (from_us..from_us + seconds * 1_000_000).step_by(1_000) {
            while gate.take(now).is_none() {
                times.push(now);
            }
        }
        times
    }

    fn busiest_second(times: &[u64]) -> usize {
        times
            .iter()
            .enumerate()
            .map(|(i, from)| times[i..].iter().take_while(|at| **at - from < 1_000_000).count())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn no_second_holds_more_than_the_limit_and_nearly_all_of_it_is_used() {
        for mps in [1, 5, 20, 80, 1_000] {
            let gate = Gate::resumed(mps, 0, 1_000_000);
            let times = greedy(&gate, 1_000_000, 10);
            assert!(
                busiest_second(&times) <= mps as usize,
                "{mps} mps: {}",
                busiest_second(&times)
            );
            assert!(
                times.len() * 10 >= mps as usize * 10 * 8,
                "{mps} mps: only {} in 10 s",
                times.len()
            );
        }
    }

    #[test]
    fn a_next_owner_can_only_undershoot() {
        let first = Gate::resumed(80, 0, 0);
        let mut times = greedy(&first, 1_000_000, 2);
        let next = Gate::resumed(80, first.tat_us(), 3_000_000);
        times.extend(greedy(&next, 3_000_000, 2));
        assert!(busiest_second(&times) <= 80);
    }

    #[test]
    fn refusals_halve_the_speed_once_and_it_comes_back_in_minutes() {
        let gate = Gate::resumed(80, 0, 0);
        for at in [10, 20, 30] {
            gate.slow(at);
        }
        assert_eq!(gate.per_second(), 40);
        gate.slow(2_000_000);
        assert_eq!(gate.per_second(), 20);
        gate.refresh(80, 62_000_000);
        assert_eq!(gate.per_second(), 28);
        gate.refresh(80, 3_600_000_000);
        assert_eq!(gate.per_second(), 80);
    }
}

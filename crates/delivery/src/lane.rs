//! A lane in memory: its lease, its gate and the rows under way.

use std::{
    collections::HashSet,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use domain::SendAttemptId;
use store::{
    TenantScope,
    delivery::{AdoptedLane, HeldLane, LaneKey},
};

use crate::{breaker::Breaker, budgets::Pairs, gate::Gate};

pub(crate) struct Lane {
    pub(crate) key: LaneKey,
    pub(crate) scope: TenantScope,
    pub(crate) epoch: i64,
    pub(crate) gate: Gate,
    pub(crate) breaker: Breaker,
    pub(crate) pairs: Pairs,
    /// Calls begun since this was last read.
    calls: AtomicU32,
    /// Real time until which calls may begin.
    valid_until_us: AtomicU64,
    /// Real time until which nothing is claimed.
    rest_until_us: AtomicU64,
    /// Counts halts: what was claimed before one is not called after it.
    halts: AtomicU64,
    /// Rows claimed whose call has not begun.
    waiting: AtomicU32,
    /// Rows claimed whose outcome is not recorded.
    open: Mutex<HashSet<SendAttemptId>>,
    /// How many of them never will be: they stay claimed until the next owner calls them unknown.
    abandoned: AtomicU32,
}

impl Lane {
    pub(crate) fn adopted(adopted: AdoptedLane, now_us: u64, valid_until_us: u64) -> Self {
        Self {
            key: adopted.key,
            scope: adopted.scope,
            epoch: adopted.epoch,
            gate: Gate::resumed(adopted.throughput_mps, adopted.tat_us, now_us),
            breaker: Breaker::default(),
            pairs: Pairs::default(),
            calls: AtomicU32::new(0),
            valid_until_us: AtomicU64::new(valid_until_us),
            rest_until_us: AtomicU64::new(0),
            halts: AtomicU64::new(0),
            waiting: AtomicU32::new(0),
            open: Mutex::default(),
            abandoned: AtomicU32::new(0),
        }
    }

    /// The lane as the database must know it.
    pub(crate) fn held(&self) -> HeldLane {
        HeldLane {
            key: self.key,
            epoch: self.epoch,
            tat_us: self.gate.tat_us(),
        }
    }

    /// The lease was prolonged.
    pub(crate) fn extend(&self, valid_until_us: u64) {
        self.valid_until_us.store(valid_until_us, Ordering::SeqCst);
    }

    /// The lease is gone: nothing more begins.
    pub(crate) fn lose(&self) {
        self.extend(0);
    }

    /// True while the lease lasts.
    pub(crate) fn is_valid(&self, now_us: u64) -> bool {
        now_us < self.valid_until_us.load(Ordering::SeqCst)
    }

    /// How many halts there were.
    pub(crate) fn halts(&self) -> u64 {
        self.halts.load(Ordering::SeqCst)
    }

    /// Nothing that is claimed by now is called any more, and nothing is claimed until `rest_until_us`.
    pub(crate) fn halt(&self, rest_until_us: u64) {
        self.rest(rest_until_us);
        self.interrupt();
    }

    /// Nothing that is claimed by now is called any more.
    pub(crate) fn interrupt(&self) {
        self.halts.fetch_add(1, Ordering::SeqCst);
    }

    /// Nothing is claimed until `until_us`.
    pub(crate) fn rest(&self, until_us: u64) {
        self.rest_until_us.store(until_us, Ordering::SeqCst);
    }

    /// True while nothing may be claimed.
    pub(crate) fn rests(&self, now_us: u64) -> bool {
        now_us < self.rest_until_us.load(Ordering::SeqCst)
    }

    /// Takes a claimed row on; false when it is still under way from an earlier claim, and must be left alone.
    pub(crate) fn open(&self, id: SendAttemptId) -> bool {
        let new = self.rows().insert(id);
        if new {
            self.waiting.fetch_add(1, Ordering::SeqCst);
        }
        new
    }

    /// The row's call begins, or never will.
    pub(crate) fn begun(&self) {
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    /// The row's call begins.
    pub(crate) fn called(&self) {
        self.begun();
        self.calls.fetch_add(1, Ordering::SeqCst);
    }

    /// Calls begun since the last time.
    pub(crate) fn take_calls(&self) -> u32 {
        self.calls.swap(0, Ordering::SeqCst)
    }

    /// The row is recorded.
    pub(crate) fn close(&self, id: SendAttemptId) -> bool {
        self.rows().remove(&id)
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::SeqCst)
    }

    /// The row's outcome can't be recorded: it is under way no more, and nobody returns it to the queue.
    pub(crate) fn abandon(&self) {
        self.abandoned.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn open_count(&self) -> u32 {
        let open = u32::try_from(self.rows().len()).unwrap_or(u32::MAX);
        open.saturating_sub(self.abandoned.load(Ordering::SeqCst))
    }

    pub(crate) fn open_rows(&self) -> Vec<SendAttemptId> {
        self.rows().iter().copied().collect()
    }

    fn rows(&self) -> MutexGuard<'_, HashSet<SendAttemptId>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

use std::collections::VecDeque;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// Calls kept in memory: enough for a load test of some minutes, about 30 MB.
const KEPT: usize = 100_000;
/// Calls that one save writes to the state file, and a start reads from it.
pub(crate) const SAVED: usize = 500;

/// Outcome of a call that has not ended.
const PENDING: &str = "pending";

/// One Graph request as it arrived and how it ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    /// Position in the record, from 1, rising by one.
    pub(crate) seq: u64,
    /// Microseconds of monotonic time since the sandbox started.
    pub(crate) arrived_us: u64,
    /// The same in nanoseconds.
    pub(crate) arrived_ns: u64,
    /// Simulated time of arrival, RFC 3339.
    pub(crate) at: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) phone_number_id: Option<String>,
    pub(crate) biz_opaque_callback_data: Option<String>,
    /// `pending`, `answered`, `reset_after_accept`, `reset_before_accept`.
    pub(crate) outcome: String,
    pub(crate) status: Option<u16>,
    pub(crate) error_code: Option<i64>,
    /// Id of the message that the call made, if any.
    pub(crate) message_id: Option<String>,
}

/// The bounded record of Graph calls.
pub(crate) struct CallRecord {
    started: Instant,
    next_seq: u64,
    calls: VecDeque<Call>,
}

impl CallRecord {
    pub(crate) fn new(saved: Vec<Call>) -> Self {
        let next_seq = saved.last().map_or(1, |call| call.seq + 1);
        Self {
            started: Instant::now(),
            next_seq,
            calls: saved.into(),
        }
    }

    /// Notes an arrival; the answer is the call's position, for `update`.
    pub(crate) fn arrived(&mut self, at: String, method: String, path: String) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        if self.calls.len() >= KEPT {
            self.calls.pop_front();
        }
        let arrived_ns = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.calls.push_back(Call {
            seq,
            arrived_us: arrived_ns / 1000,
            arrived_ns,
            at,
            method,
            path,
            phone_number_id: None,
            biz_opaque_callback_data: None,
            outcome: PENDING.to_owned(),
            status: None,
            error_code: None,
            message_id: None,
        });
        seq
    }

    pub(crate) fn update(&mut self, seq: u64, change: impl FnOnce(&mut Call)) {
        let Some(first) = self.calls.front().map(|call| call.seq) else {
            return;
        };
        let index = seq
            .checked_sub(first)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(call) = index.and_then(|index| self.calls.get_mut(index)) {
            change(call);
        }
    }

    /// Calls after a position that pass, oldest first, at most `limit`.
    pub(crate) fn since(&self, seq: u64, limit: usize, passes: impl Fn(&Call) -> bool) -> Vec<Call> {
        let first = self.calls.partition_point(|call| call.seq <= seq);
        self.calls
            .range(first..)
            .filter(|call| passes(call))
            .take(limit)
            .cloned()
            .collect()
    }

    /// The newest calls after a position, at most [`SAVED`], and the position up to which all have ended.
    pub(crate) fn unsaved(&self, after: u64) -> (Vec<Call>, u64) {
        let first = self.calls.partition_point(|call| call.seq <= after);
        let mut upto = after;
        for call in self.calls.range(first..) {
            if call.outcome == PENDING {
                break;
            }
            upto = call.seq;
        }
        let first = first.max(self.calls.len().saturating_sub(SAVED));
        (self.calls.range(first..).cloned().collect(), upto)
    }
}

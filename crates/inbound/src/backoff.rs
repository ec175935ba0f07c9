//! Waiting between tries: doubling, with full jitter, so that a restarted database is not stormed.

use std::time::Duration;

use domain::Ids;

/// First bound of a wait.
const FIRST: Duration = Duration::from_millis(50);
/// Last bound of a wait.
const LAST: Duration = Duration::from_secs(2);

/// The waits of one loop.
#[derive(Debug)]
pub(crate) struct Backoff {
    ids: Ids,
    bound: Duration,
}

impl Backoff {
    pub(crate) const fn new(ids: Ids) -> Self {
        Self { ids, bound: FIRST }
    }

    /// The next wait; its bound doubles.
    pub(crate) fn next(&mut self) -> Duration {
        let wait = self.bound.mul_f64(0.5 + self.ids.fraction() / 2.0);
        self.bound = (self.bound * 2).min(LAST);
        wait
    }

    /// Something worked: start over.
    pub(crate) const fn reset(&mut self) {
        self.bound = FIRST;
    }
}

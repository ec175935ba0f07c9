//! Real time on the database's clock, so that buckets handed from owner to owner share one line.

use std::time::Duration;

use tokio::time::Instant;

/// The database's clock, read once and carried on by the monotonic one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeLine {
    anchor_us: u64,
    at: Instant,
}

impl TimeLine {
    /// A line on which now is `anchor_us`, microseconds since 1970.
    pub(crate) fn anchored(anchor_us: u64) -> Self {
        Self {
            anchor_us,
            at: Instant::now(),
        }
    }

    /// Microseconds since 1970.
    pub(crate) fn now_us(&self) -> u64 {
        self.anchor_us.saturating_add(micros(self.at.elapsed()))
    }
}

pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

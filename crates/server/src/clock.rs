//! The composition root's clocks and random ids: the only place where the wall clock is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::Clock;
use time::{Duration, OffsetDateTime};

/// The machine's clock, for `serve`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    // The seam itself.
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// The machine's clock plus an offset in milliseconds that only grows; in `dev` the product and the sandbox share it
/// and the phone page moves it.
#[derive(Clone, Debug, Default)]
pub struct OffsetClock(Arc<AtomicI64>);

impl OffsetClock {
    /// A clock over a shared offset in milliseconds.
    pub fn new(offset: Arc<AtomicI64>) -> Self {
        Self(offset)
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> OffsetDateTime {
        SystemClock
            .now()
            .saturating_add(Duration::milliseconds(self.0.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_moves_the_clock_forward() {
        let offset = Arc::new(AtomicI64::new(0));
        let clock = OffsetClock::new(Arc::clone(&offset));
        let before = clock.now();
        offset.fetch_add(86_400_000, Ordering::Relaxed);
        assert!(clock.now() - before >= Duration::days(1));
    }
}

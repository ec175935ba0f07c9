use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Source of real time, a seam for tests.
pub trait Clock: Send + Sync {
    /// Real time in Unix milliseconds.
    fn unix_millis(&self) -> i64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the sandbox's own clock seam")]
    fn unix_millis(&self) -> i64 {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| {
                i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
            })
    }
}

/// Simulated time: real time plus a shared offset that never shrinks.
#[derive(Clone)]
pub(crate) struct SimulatedClock {
    real: Arc<dyn Clock>,
    offset_ms: Arc<AtomicI64>,
}

impl SimulatedClock {
    pub(crate) fn new(real: Arc<dyn Clock>, offset_ms: Arc<AtomicI64>) -> Self {
        Self { real, offset_ms }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.real.unix_millis().saturating_add(self.offset_ms())
    }

    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::SeqCst)
    }

    pub(crate) fn raise_to(&self, offset_ms: i64) {
        self.offset_ms.fetch_max(offset_ms, Ordering::SeqCst);
    }

    pub(crate) fn advance_seconds(&self, seconds: u32) {
        self.offset_ms
            .fetch_add(i64::from(seconds).saturating_mul(1000), Ordering::SeqCst);
    }
}

/// RFC 3339 text in UTC with milliseconds; the epoch when out of range.
pub(crate) fn rfc3339(unix_ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms).saturating_mul(1_000_000))
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

//! The injected clock and the injected source of ids.

use std::sync::{Arc, Mutex};

use rand::{Rng, SeedableRng, rngs::StdRng};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};

use crate::ids::TypedId;

/// The product's time. Leases, limiters and sessions use real time instead.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, UTC.
    fn now(&self) -> OffsetDateTime;
}

/// A clock that stands still until told otherwise.
#[derive(Debug)]
pub struct ManualClock(Mutex<OffsetDateTime>);

impl ManualClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn new(at: OffsetDateTime) -> Self {
        Self(Mutex::new(at))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: time::Duration) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Makes UUIDv7 ids and random bytes from an injected clock and generator.
#[derive(Clone)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    rng: Arc<Mutex<StdRng>>,
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

impl Ids {
    /// Ids from the operating system's entropy.
    #[must_use]
    pub fn from_os(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            rng: Arc::new(Mutex::new(StdRng::from_os_rng())),
        }
    }

    /// Ids that repeat for the same seed and clock.
    #[must_use]
    pub fn seeded(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self {
            clock,
            rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
        }
    }

    /// A new id of any kind, ordered by the clock.
    #[must_use]
    pub fn make<T: TypedId>(&self) -> T {
        T::from_uuid(self.uuid())
    }

    /// A new UUIDv7, ordered by the clock to the millisecond.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>()).into_uuid()
    }

    /// `N` random bytes; StdRng is a cryptographic generator, so they may be keys or tokens.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .fill(&mut bytes);
        bytes
    }

    /// A random share of `[0, 1)`, for jitter.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        self.rng
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .random()
    }
}

//! Rate limits counted in this process: exact for one process, and as many times as loose for several.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use domain::{
    Clock,
    limits::{Gcra, Quota, RateLimit},
    ports::RateLimiter,
};
use sha2::{Digest, Sha256};

/// Parts of the map, each under a lock of its own.
const SHARDS: usize = 16;
/// Buckets that a part holds: 64 bytes each, 4 MiB in all.
const SHARD_BUCKETS_MAX: usize = 4_096;

/// What a bucket is found by: a digest of limit and key, so that nobody's key can make the map large.
type BucketId = [u8; 16];

/// Token buckets in memory, a bounded number of them.
pub struct InProcessLimits {
    clock: Arc<dyn Clock>,
    shards: [Mutex<HashMap<BucketId, Gcra>>; SHARDS],
}

impl std::fmt::Debug for InProcessLimits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcessLimits")
    }
}

impl InProcessLimits {
    /// Empty, by real time.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            shards: Default::default(),
        }
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.clock.now().unix_timestamp_nanos() / 1_000).unwrap_or_default()
    }
}

fn bucket_id(limit: &RateLimit, key: &str) -> BucketId {
    let digest = Sha256::new()
        .chain_update(limit.name)
        .chain_update([0])
        .chain_update(key)
        .finalize();
    let mut id = BucketId::default();
    for (to, from) in id.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    id
}

#[async_trait]
impl RateLimiter for InProcessLimits {
    async fn take(&self, limit: &RateLimit, key: &str, cells: u32) -> Quota {
        let now = self.now_us();
        let mut id = bucket_id(limit, key);
        let index = usize::from(id.first().copied().unwrap_or_default()) % SHARDS;
        let Some(shard) = self.shards.get(index) else {
            return limit.quota(&limit.bucket(), now, true);
        };
        let mut buckets = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= SHARD_BUCKETS_MAX && !buckets.contains_key(&id) {
            // A full bucket is as good as none.
            buckets.retain(|_, bucket| bucket.tat_us() > now);
            if buckets.len() >= SHARD_BUCKETS_MAX {
                // So many are limited at once: newcomers share a bucket instead of making us forget anybody's.
                id = bucket_id(limit, "");
            }
        }
        let bucket = buckets.entry(id).or_insert_with(|| limit.bucket());
        let allowed = bucket.available(now, cells.max(1)) >= cells.max(1);
        if allowed {
            bucket.take(now, cells);
        }
        limit.quota(bucket, now, allowed)
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::ManualClock;
    use time::{Duration, OffsetDateTime};

    use super::*;

    const LIMIT: RateLimit = RateLimit {
        name: "test",
        per_minute: 60,
        burst: 3,
    };

    fn limits() -> (Arc<ManualClock>, InProcessLimits) {
        let clock = Arc::new(ManualClock::new(
            OffsetDateTime::UNIX_EPOCH + Duration::days(20_000),
        ));
        (Arc::clone(&clock), InProcessLimits::new(clock))
    }

    #[tokio::test]
    async fn a_key_has_its_burst_then_its_rate_and_nobody_elses() {
        let (clock, limits) = limits();
        for left in [2, 1, 0] {
            let quota = limits.take(&LIMIT, "a", 1).await;
            assert_eq!((quota.allowed, quota.remaining), (true, left));
        }
        let refused = limits.take(&LIMIT, "a", 1).await;
        assert_eq!((refused.allowed, refused.retry_after_secs), (false, 1));
        assert!(
            !limits.take(&LIMIT, "a", 0).await.allowed,
            "looking tells the same"
        );
        assert!(limits.take(&LIMIT, "b", 1).await.allowed);
        let other = RateLimit {
            name: "other",
            ..LIMIT
        };
        assert!(limits.take(&other, "a", 1).await.allowed);
        clock.advance(Duration::seconds(1));
        assert!(limits.take(&LIMIT, "a", 0).await.allowed, "looking takes nothing");
        assert!(limits.take(&LIMIT, "a", 1).await.allowed);
        assert!(!limits.take(&LIMIT, "a", 1).await.allowed);
    }

    #[tokio::test]
    async fn memory_is_bounded_and_a_limited_key_stays_limited() {
        let (clock, limits) = limits();
        for _ in 0..3 {
            limits.take(&LIMIT, "held", 1).await;
        }
        for key in 0..200_000 {
            limits.take(&LIMIT, &key.to_string(), 1).await;
        }
        let size = || {
            limits
                .shards
                .iter()
                .map(|shard| shard.lock().unwrap().len())
                .sum::<usize>()
        };
        assert!(size() <= SHARDS * (SHARD_BUCKETS_MAX + 1), "{}", size());
        assert!(!limits.take(&LIMIT, "held", 1).await.allowed);
        clock.advance(Duration::minutes(1));
        for key in 0..2_000 {
            assert!(
                limits.take(&LIMIT, &format!("new {key}"), 1).await.allowed,
                "full buckets made room"
            );
        }
    }
}

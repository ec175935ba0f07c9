//! The peer's own count: its log of calls replayed through the bucket that it would hold against us.

use std::time::Instant;

use domain::limits::Gcra;

use crate::provider::Call;

/// Calls that come too early for a bucket of `burst` at once and one per `interval_us`.
pub fn too_early(at_us: impl IntoIterator<Item = u64>, interval_us: u64, burst: u32) -> usize {
    let mut at_us: Vec<_> = at_us.into_iter().collect();
    at_us.sort_unstable();
    let mut bucket = Gcra::every(interval_us, burst);
    at_us
        .into_iter()
        .filter(|at| {
            let early = bucket.available(*at, 1) == 0;
            bucket.take(*at, 1);
            early
        })
        .count()
}

/// Product time of calls, microseconds.
pub fn product_us(calls: &[Call]) -> Vec<u64> {
    let us = |call: &Call| u64::try_from(call.product_at.unix_timestamp_nanos() / 1_000).unwrap();
    calls.iter().map(us).collect()
}

/// Real time of calls since `from`, microseconds.
pub fn real_us(calls: &[Call], from: Instant) -> Vec<u64> {
    let us = |call: &Call| u64::try_from(call.at.duration_since(from).as_micros()).unwrap();
    calls.iter().map(us).collect()
}

#[test]
fn a_deliberate_over_sender_is_caught() {
    let honest: Vec<u64> = (0..10).map(|n| n * 1_000).collect();
    assert_eq!(too_early(honest.clone(), 1_000, 1), 0);
    assert_eq!(too_early(honest.iter().map(|at| at / 2), 1_000, 1), 9);
    let one_more = honest.iter().copied().chain([4_500]);
    assert!(
        too_early(one_more, 1_000, 1) > 0,
        "a single one too many is enough"
    );
}

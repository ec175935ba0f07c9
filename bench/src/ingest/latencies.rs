//! Latencies in buckets of ten microseconds: memory that does not grow with the number of answers.

use std::time::Duration;

/// Width of a bucket.
const BUCKET: Duration = Duration::from_micros(10);
/// Buckets; what takes longer than all of them (ten seconds) counts in the last one.
const BUCKETS: usize = 1_000_000;

/// How long answers took.
#[derive(Debug, Clone)]
pub struct Latencies {
    counts: Vec<u32>,
    total: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            counts: vec![0; BUCKETS],
            total: 0,
        }
    }
}

impl Latencies {
    /// Counts one answer.
    pub fn record(&mut self, latency: Duration) {
        let index = usize::try_from(latency.as_nanos() / BUCKET.as_nanos()).unwrap_or(BUCKETS);
        if let Some(count) = self.counts.get_mut(index.min(BUCKETS - 1)) {
            *count += 1;
            self.total += 1;
        }
    }

    /// Adds another thread's.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// Milliseconds within which this part of the answers came, 0 without any.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    pub fn within(&self, part: f64) -> f64 {
        let wanted = (self.total as f64 * part).ceil() as u64;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= wanted {
                return (index + 1) as f64 * BUCKET.as_secs_f64() * 1e3;
            }
        }
        0.0
    }
}

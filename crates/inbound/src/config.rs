//! Limits of the inbound path; each is a bound on memory, time or work.

use std::time::Duration;

/// Limits of gateway and normalizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Streams that this process writes, each by one task on one connection; two saturate two cores.
    pub streams: usize,
    /// Signed bodies that may wait for a stream's writer; more are answered 503.
    pub channel_capacity: usize,
    /// Bodies in one INSERT; larger batches only add tail latency.
    pub batch_max: usize,
    /// Bytes of bodies that may be in memory between reading and COMMIT; more are answered 503.
    pub in_flight_bytes: usize,
    /// Bytes of one body; Meta sends at most 3 MB.
    pub body_bytes_max: usize,
    /// How long a client may take to send its body.
    pub read_timeout: Duration,
    /// How long a request waits for its COMMIT before it is answered 503; the body may still be stored.
    pub ack_timeout: Duration,
    /// How long a stream or a cursor stays ours without a sign of life.
    pub lease: Duration,
    /// How long app secrets are used before they are read again.
    pub secrets_ttl: Duration,
    /// How often the raw log is looked at when nothing is handed over in memory.
    pub poll: Duration,
    /// Bodies that the normalizer takes at once when it is behind; one statement of a kind serves them all.
    pub normalize_max: usize,
    /// Facts that one transaction of the normalizer applies, beyond its first body.
    pub facts_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            streams: 2,
            channel_capacity: 2_048,
            batch_max: 200,
            in_flight_bytes: 64 << 20,
            body_bytes_max: 4 << 20,
            read_timeout: Duration::from_secs(10),
            ack_timeout: Duration::from_secs(10),
            lease: Duration::from_secs(6),
            secrets_ttl: Duration::from_secs(5),
            poll: Duration::from_millis(250),
            normalize_max: 1_000,
            facts_max: 1_000,
        }
    }
}

impl Config {
    /// How often a lease is renewed: three tries fit into one lease.
    pub(crate) fn renew_every(&self) -> Duration {
        self.lease / 3
    }
}

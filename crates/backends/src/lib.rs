//! Layer: what the installation stands on: master keys, stored bytes and counters, behind the ports of `domain`.
//! It must never know a tenant, a table, a provider, or what the bytes it keeps mean.

mod blobs;
mod entropy;
mod keys;
mod rate_limits;

pub use blobs::FileBlobs;
pub use keys::{KeyError, MasterKeys, OnMissing};
pub use rate_limits::InProcessLimits;

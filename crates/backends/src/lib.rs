//! Layer: what the installation stands on: master keys and stored bytes, behind the ports of `domain`.
//! It must never know a tenant, a table, a provider, or what the bytes it keeps mean.

mod blobs;
mod entropy;
mod keys;

pub use blobs::FileBlobs;
pub use keys::{KeyError, MasterKeys, OnMissing};

//! Sealing: a data key per tenant and one for the installation, wrapped by a master key.

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::{error::Result, ids::DataKeyId};

/// A 256-bit data key in the clear, wiped when dropped.
pub type DataKey = Zeroizing<[u8; 32]>;

/// A sealed value: the key it is sealed under and nonce ‖ ciphertext ‖ tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The data key.
    pub key_id: DataKeyId,
    /// Nonce (12 bytes), ciphertext, tag (16 bytes).
    pub bytes: Vec<u8>,
}

/// Holds the master key: wraps and unwraps data keys, nothing else.
#[async_trait]
pub trait KeyProvider: Send + Sync + 'static {
    /// Name of the master key in force, stored beside each wrapped key.
    fn master_key_id(&self) -> &str;
    /// Wraps a data key, bound to `aad`.
    async fn wrap(&self, key: &DataKey, aad: &[u8]) -> Result<Vec<u8>>;
    /// Unwraps a data key that was wrapped under `master_key_id` with the same `aad`.
    async fn unwrap(&self, master_key_id: &str, wrapped: &[u8], aad: &[u8]) -> Result<DataKey>;
}

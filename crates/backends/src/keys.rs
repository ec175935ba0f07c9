//! Master keys from the environment or from a file.

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Error, ErrorKind, Result,
    crypto::{DataKey, KeyProvider},
};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::entropy;

mod file;

pub use file::OnMissing;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// Why the master keys can't be used; never holds a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A text is not 32 bytes in base64.
    #[error("master key {position} is not 32 bytes in base64; make one with: openssl rand -base64 32")]
    Malformed {
        /// Position in the list, from 1.
        position: usize,
    },
    /// There is no key at all.
    #[error("no master key is given; make one with: openssl rand -base64 32")]
    Missing,
    /// Others may read the file.
    #[error("the master key file {path} may be read by others (mode {mode:o}); run: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// The file can't be read or made.
    #[error("the master key file {path} can't be used: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    Entropy,
}

/// One key that wraps and any number of older ones that only unwrap, so rotation needs no downtime.
///
/// Wrapped form: nonce (12 bytes) ‖ ciphertext (32) ‖ tag (16), AES-256-GCM, bound to the master key's name and the
/// caller's associated data. A key's name is derived from the key, so it needs no configuration and can't be mixed up.
pub struct MasterKeys {
    current: MasterKey,
    previous: Vec<MasterKey>,
}

struct MasterKey {
    id: String,
    cipher: Aes256Gcm,
    link_key: Zeroizing<[u8; KEY_BYTES]>,
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let previous: Vec<_> = self.previous.iter().map(|key| &key.id).collect();
        f.debug_struct("MasterKeys")
            .field("current", &self.current.id)
            .field("previous", &previous)
            .finish()
    }
}

impl MasterKeys {
    /// Reads keys of 32 bytes in base64, separated by commas or white space: the first wraps, the others only unwrap.
    pub fn from_base64(text: &SecretString) -> std::result::Result<Self, KeyError> {
        let texts = text
            .expose_secret()
            .split([',', ' ', '\n', '\r', '\t'])
            .filter(|part| !part.is_empty());
        let mut keys = Vec::new();
        for (index, text) in texts.enumerate() {
            keys.push(MasterKey::read(text).ok_or(KeyError::Malformed { position: index + 1 })?);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(KeyError::Missing)?;
        Ok(Self {
            current,
            previous: keys.collect(),
        })
    }

    /// Reads the same text from a file that only its owner may read; makes one with a random key when told to.
    pub fn from_file(path: &std::path::Path, missing: OnMissing) -> std::result::Result<Self, KeyError> {
        Self::from_base64(&file::read(path, missing)?)
    }

    /// A key derived from the one in force, for signing links that expire.
    pub fn link_key(&self) -> [u8; 32] {
        *self.current.link_key
    }

    fn named(&self, id: &str) -> Option<&MasterKey> {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|key| key.id == id)
    }
}

impl MasterKey {
    fn read(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        // One byte more than needed, so that a longer key is seen as such.
        let mut decoded = Zeroizing::new([0_u8; KEY_BYTES + 4]);
        let length = STANDARD.decode_slice(text, decoded.as_mut_slice()).ok()?;
        bytes.copy_from_slice(decoded.get(..length).filter(|exact| exact.len() == KEY_BYTES)?);
        let mut name = [0_u8; 8];
        Hkdf::<Sha256>::new(None, bytes.as_slice())
            .expand(b"parlance master key name", &mut name)
            .ok()?;
        let mut link_key = Zeroizing::new([0_u8; KEY_BYTES]);
        Hkdf::<Sha256>::new(None, bytes.as_slice())
            .expand(b"parlance media links", link_key.as_mut_slice())
            .ok()?;
        let cipher = Aes256Gcm::new_from_slice(bytes.as_slice()).ok()?;
        Some(Self {
            id: format!("mk_{}", hex::encode(name)),
            cipher,
            link_key,
        })
    }

    fn aad(&self, aad: &[u8]) -> Vec<u8> {
        [self.id.as_bytes(), b"\0", aad].concat()
    }
}

#[async_trait]
impl KeyProvider for MasterKeys {
    fn master_key_id(&self) -> &str {
        &self.current.id
    }

    async fn wrap(&self, key: &DataKey, aad: &[u8]) -> Result<Vec<u8>> {
        let nonce = entropy::bytes::<NONCE_BYTES>()?;
        let aad = self.current.aad(aad);
        let payload = Payload {
            msg: key.as_slice(),
            aad: &aad,
        };
        let sealed = self
            .current
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|fault| Error::internal(fault.to_string()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    async fn unwrap(&self, master_key_id: &str, wrapped: &[u8], aad: &[u8]) -> Result<DataKey> {
        let master = self.named(master_key_id).ok_or_else(|| {
            let sentence = format!(
                "A stored secret needs the master key {master_key_id}. Add it to the configured master keys."
            );
            Error::new(ErrorKind::Unavailable, "master-key-missing", sentence)
        })?;
        let damaged =
            || Error::internal("a wrapped data key does not open: it is damaged or bound to something else");
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_BYTES>().ok_or_else(damaged)?;
        let aad = master.aad(aad);
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        let opened = master
            .cipher
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| damaged())?;
        let opened = Zeroizing::new(opened);
        let mut key = DataKey::default();
        key.copy_from_slice(
            opened
                .get(..)
                .filter(|exact| exact.len() == KEY_BYTES)
                .ok_or_else(damaged)?,
        );
        Ok(key)
    }
}

#[cfg(test)]
mod tests;

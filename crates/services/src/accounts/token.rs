//! Opaque tokens: shown once, stored as SHA-256.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::Ids;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// A fresh token with its stored form.
#[derive(Debug)]
pub struct NewToken {
    /// What the holder gets: prefix and 256 random bits, base64url.
    pub secret: SecretString,
    /// What is stored.
    pub hash: Vec<u8>,
    /// Last four characters, to tell tokens apart.
    pub hint: String,
}

/// Makes a token of 256 random bits after a prefix.
#[must_use]
pub fn generate(ids: &Ids, prefix: &str) -> NewToken {
    let text = format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(ids.bytes::<32>()));
    let hint = text
        .chars()
        .rev()
        .take(4)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    NewToken {
        hash: hash(&text),
        hint,
        secret: text.into(),
    }
}

/// The stored form of a token that came as a secret.
#[must_use]
pub fn hash_secret(secret: &SecretString) -> Vec<u8> {
    hash(secret.expose_secret())
}

/// The stored form of a token.
#[must_use]
pub fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

//! Argon2id passwords.

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use domain::{Error, Ids, Result};
use secrecy::{ExposeSecret, SecretString};

/// Hashes a password with a random salt (Argon2id, the crate's default cost: 19 MiB, 2 passes). Takes tens of
/// milliseconds of CPU, so it runs on the blocking pool.
pub async fn hash(ids: &Ids, password: &SecretString) -> Result<String> {
    let salt = ids.bytes::<16>();
    let password = password.clone();
    on_blocking_pool(move || {
        let hash: argon2::password_hash::Result<PasswordHash> =
            Argon2::default().hash_password_with_salt(password.expose_secret().as_bytes(), &salt);
        hash.map(|hash| hash.to_string())
            .map_err(|_| Error::internal("password hashing failed"))
    })
    .await
}

/// Checks a password against a stored hash, or against a fixed one when the person is unknown: the time taken does
/// not tell which.
pub async fn verify(stored: Option<String>, password: &SecretString) -> Result<bool> {
    let password = password.clone();
    on_blocking_pool(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| UNKNOWN_PERSON.to_owned());
        let hash = PasswordHash::new(&stored)
            .map_err(|_| Error::internal("a stored password hash can't be read"))?;
        Ok(Argon2::default()
            .verify_password(password.expose_secret().as_bytes(), &hash)
            .is_ok()
            && known)
    })
    .await
}

/// A hash of the same cost that no password is known for.
const UNKNOWN_PERSON: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$cGFybGFuY2VwYXJsYW5jZQ$Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";

/// Letters and digits that can't be mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";

/// A one-time password of 20 characters, 100 bits.
#[must_use]
pub fn generate(ids: &Ids) -> SecretString {
    let text: String = ids
        .bytes::<20>()
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
        .map(|byte| char::from(*byte))
        .collect();
    text.into()
}

async fn on_blocking_pool<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_for_unknown_people_costs_what_a_real_one_costs() {
        let decoy = PasswordHash::new(UNKNOWN_PERSON).unwrap();
        let real: PasswordHash = Argon2::default()
            .hash_password_with_salt(b"password", b"0123456789abcdef")
            .unwrap();
        assert_eq!(decoy.params, real.params);
        assert_eq!(decoy.algorithm, real.algorithm);
    }
}

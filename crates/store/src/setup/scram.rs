//! SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677), made here, so that no password of a login is ever sent to a server,
//! where a statement log could keep it.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Rounds, PostgreSQL's own number.
const ITERATIONS: u32 = 4_096;

/// What PostgreSQL stores instead of a password.
#[derive(Debug, Clone)]
pub struct Verifier(String);

impl Verifier {
    /// The verifier of a password under a random salt.
    #[must_use]
    pub fn new(password: &SecretString, salt: [u8; 16]) -> Self {
        let text = password.expose_secret();
        // As PostgreSQL and its clients do: what can't be prepared is taken as it is.
        let prepared = stringprep::saslprep(text).unwrap_or(text.into());
        let salted = salted(prepared.as_bytes(), &salt);
        let stored = Sha256::digest(mac(&salted, b"Client Key"));
        let server = mac(&salted, b"Server Key");
        Self(format!(
            "SCRAM-SHA-256${ITERATIONS}:{}${}:{}",
            BASE64_STANDARD.encode(salt),
            BASE64_STANDARD.encode(stored),
            BASE64_STANDARD.encode(server)
        ))
    }

    /// The text of the verifier: letters, digits and `$:+/=-` only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// PBKDF2 with one block.
fn salted(password: &[u8], salt: &[u8]) -> [u8; 32] {
    let mut round = mac(password, &[salt, &1_u32.to_be_bytes()].concat());
    let mut result = round;
    for _ in 1..ITERATIONS {
        round = mac(password, &round);
        for (to, from) in result.iter_mut().zip(round) {
            *to ^= from;
        }
    }
    result
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length, so this can't fail.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mac| {
        mac.chain_update(message).finalize().into_bytes().into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of RFC 7677's example: password `pencil`, its salt and rounds.
    #[test]
    fn the_verifier_is_that_of_the_rfc() {
        let salt: [u8; 16] = BASE64_STANDARD
            .decode("W22ZaJ0SNY7soEsUEjb6gQ==")
            .unwrap()
            .try_into()
            .unwrap();
        let verifier = Verifier::new(&"pencil".into(), salt);
        assert_eq!(
            verifier.as_str(),
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        );
    }
}

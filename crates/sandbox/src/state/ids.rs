use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::model::Party;

/// HMAC-SHA256 of a message.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length, so the error branch cannot be reached.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().into()
    })
}

/// Seeded source of every id; the counter is saved, so ids stay unique over restarts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ids {
    pub(crate) seed: u64,
    pub(crate) counter: u64,
}

impl Ids {
    fn next(&mut self) -> [u8; 32] {
        self.counter += 1;
        hmac_sha256(&self.seed.to_be_bytes(), &self.counter.to_be_bytes())
    }

    fn number(&mut self) -> u64 {
        let bytes = self.next();
        bytes
            .iter()
            .take(7)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Message id in Meta's form: base64 over the customer's name and 9 random bytes.
    pub(crate) fn wamid(&mut self, customer: &str, by: Party) -> String {
        let random = self.next();
        let mut bytes = vec![0x1c, 0x18, u8::try_from(customer.len()).unwrap_or(u8::MAX)];
        bytes.extend_from_slice(customer.as_bytes());
        let direction = if by == Party::Business { 0x11 } else { 0x12 };
        bytes.extend_from_slice(&[0x15, 0x02, 0x00, direction, 0x18, 0x12]);
        bytes.extend_from_slice(hex::encode_upper(random.get(..9).unwrap_or_default()).as_bytes());
        bytes.push(0);
        format!("wamid.{}", STANDARD.encode(bytes))
    }

    /// Numeric id of 16 digits, for media and templates.
    pub(crate) fn object(&mut self) -> String {
        (1_000_000_000_000_000 + self.number() % 9_000_000_000_000_000).to_string()
    }

    /// Six digits, for codes that a phone gets.
    pub(crate) fn pin(&mut self) -> String {
        format!("{:06}", self.number() % 1_000_000)
    }

    /// Unguessable text, for tokens, codes and handles.
    pub(crate) fn secret(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.next())
    }

    /// Trace id of one answer.
    pub(crate) fn trace(&mut self) -> String {
        let random = self.next();
        format!(
            "A{}",
            URL_SAFE_NO_PAD.encode(random.get(..16).unwrap_or_default())
        )
    }

    /// The customer's user id within one business portfolio; the same for the same seed, portfolio, customer and number.
    pub(crate) fn user_id(
        &self,
        business_id: &str,
        customer: &str,
        generation: u32,
        country: &str,
    ) -> String {
        const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let mut person = format!("{business_id}\n{customer}");
        if generation > 0 {
            person.push_str(&format!("\n{generation}"));
        }
        let digest = hmac_sha256(&self.seed.to_be_bytes(), person.as_bytes());
        let name: String = digest
            .iter()
            .take(20)
            .filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()))
            .map(|byte| char::from(*byte))
            .collect();
        format!("{country}.{name}")
    }

    /// Proof in a media URL that the sandbox made it.
    pub(crate) fn media_proof(&self, media_id: &str, expires_ms: i64) -> String {
        let digest = hmac_sha256(
            &self.seed.to_be_bytes(),
            format!("media\n{media_id}\n{expires_ms}").as_bytes(),
        );
        URL_SAFE_NO_PAD.encode(digest)
    }
}

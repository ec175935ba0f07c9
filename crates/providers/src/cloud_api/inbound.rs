//! Webhooks of Cloud API apps: signature, stream, facts.

use std::borrow::Cow;

use domain::ports::{Change, InboundAdapter};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

mod coexistence;
mod content;
mod envelope;
mod management;
mod message;
mod party;
mod raw;
mod status;
mod stream;

/// Reads the webhooks of Cloud API apps; has no state.
#[derive(Debug, Clone, Copy, Default)]
pub struct CloudApiInbound;

impl InboundAdapter for CloudApiInbound {
    fn verify(&self, secrets: &[SecretString], signature: &str, body: &[u8]) -> bool {
        let mut given = [0_u8; 32];
        let well_formed = signature
            .strip_prefix("sha256=")
            .is_some_and(|digits| hex::decode_to_slice(digits, &mut given).is_ok());
        if !well_formed {
            return false;
        }
        // Every secret is tried, whichever fits, so that time tells nothing.
        let mut fits = false;
        for secret in secrets.iter().filter(|secret| !secret.expose_secret().is_empty()) {
            if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) {
                mac.update(body);
                fits |= mac.verify_slice(&given).is_ok();
            }
        }
        fits
    }

    fn signature_header(&self) -> &'static str {
        "x-hub-signature-256"
    }

    fn stream_key<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]> {
        stream::key(body)
    }

    fn parse(&self, body: &[u8]) -> Vec<Change> {
        envelope::changes(body)
    }
}

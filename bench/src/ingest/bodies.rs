//! Webhooks as Meta sends them: 1,536 bytes, signed.

use std::sync::Arc;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use testkit::AppFixture;

/// Bytes of a body.
const BODY_BYTES: usize = 1_536;
/// Numbers that the bodies name: enough to spread over the streams.
const NUMBERS: u64 = 64;

/// One body per number: a text message, as long as it takes.
pub fn bodies() -> Vec<Bytes> {
    (0..NUMBERS)
        .map(|number| body(106_540_352_000_000 + number))
        .collect()
}

fn body(number: u64) -> Bytes {
    let with = |text: &str| {
        format!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"102290129340398","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550783881","phone_number_id":"{number}"}},"contacts":[{{"profile":{{"name":"Sheena Nelson"}},"wa_id":"16505551234"}}],"messages":[{{"from":"16505551234","id":"wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=","timestamp":"1764072000","type":"text","text":{{"body":"{text}"}}}}]}},"field":"messages"}}]}}]}}"#
        )
    };
    let text = "Does it come in another color? ".repeat(BODY_BYTES / 31);
    let room = BODY_BYTES - with("").len();
    with(text.get(..room).unwrap_or_default()).into()
}

/// Whole requests, head and body, ready to be written.
pub fn requests(app: &AppFixture, bodies: &[Bytes]) -> Arc<[Bytes]> {
    bodies.iter().map(|body| signed(app, body)).collect()
}

/// The request that carries this body, signed by the app.
pub fn signed(app: &AppFixture, body: &[u8]) -> Bytes {
    let mac = Hmac::<Sha256>::new_from_slice(app.app_secret.as_bytes()).map(|mut mac| {
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    });
    let head = format!(
        "POST /webhooks/{} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: facebookexternalua\r\naccept: */*\r\ncontent-type: application/json\r\n\
         x-hub-signature-256: sha256={}\r\ncontent-length: {}\r\n\r\n",
        app.meta_app_id,
        mac.unwrap_or_default(),
        body.len(),
    );
    [head.as_bytes(), body].concat().into()
}

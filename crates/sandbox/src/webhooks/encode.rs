use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

use crate::state::ids::hmac_sha256;

/// Writes strings as Meta does: non-ASCII as lower-case `\uXXXX` in UTF-16 units, `/` as `\/`.
struct MetaFormatter;

impl Formatter for MetaFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut units = [0_u16; 2];
        for character in fragment.chars() {
            if character == '/' {
                writer.write_all(b"\\/")?;
            } else if character.is_ascii() {
                writer.write_all(&[u8::try_from(character).unwrap_or(b'?')])?;
            } else {
                for unit in character.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

/// A value in the exact characters of a webhook body.
pub(crate) fn body(value: &Value) -> String {
    let mut bytes = Vec::with_capacity(512);
    let written = value.serialize(&mut Serializer::with_formatter(&mut bytes, MetaFormatter));
    if let Err(error) = written {
        tracing::error!(%error, "webhook body not written");
    }
    // Only ASCII was written.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Value of `X-Hub-Signature-256` for a body.
pub(crate) fn signature(app_secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(hmac_sha256(app_secret.as_bytes(), body)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn escapes_like_meta() {
        let text = body(&json!({"text": "é 😀 a/b \"\\\n\u{1}"}));
        let expected = r#"{"text":"\u00e9 \ud83d\ude00 a\/b \"\\\n\u0001"}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn signs_the_bytes() {
        // Independent value: printf '{}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            signature("secret", b"{}"),
            "sha256=77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13"
        );
    }
}

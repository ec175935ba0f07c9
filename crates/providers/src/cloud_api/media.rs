//! Media up and down.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::ports::{FaultClass, MediaBytes, ProviderResult};
use egress::{Method, Multipart};
use sha2::{Digest, Sha256};

use super::{
    client::Graph,
    errors,
    wire::{MediaNode, Uploaded},
};

/// Time for 100 MB, the largest file that WhatsApp takes, over a slow line.
const TRANSFER_TIMEOUT: Duration = Duration::from_secs(180);

pub(super) async fn upload(graph: &Graph<'_>, media: MediaBytes) -> ProviderResult<String> {
    let filename = format!("file.{}", extension(&media.mime_type));
    let form = Multipart::new()
        .text("messaging_product", "whatsapp")
        .text("type", media.mime_type.clone())
        .file("file", filename, media.mime_type, media.bytes);
    let request = graph.post(&[&graph.connection.provider_number_id, "media"])?;
    let uploaded: Uploaded = graph
        .call(request.timeout(TRANSFER_TIMEOUT).multipart(form))
        .await?;
    Ok(uploaded.id.0)
}

/// Graph judges by the MIME type; the name only has to look like it.
pub(super) fn extension(mime_type: &str) -> &str {
    let essence = mime_type.split(';').next().unwrap_or_default().trim();
    let known = [
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/webp", "webp"),
        ("video/mp4", "mp4"),
        ("video/3gpp", "3gp"),
        ("audio/mpeg", "mp3"),
        ("audio/ogg", "ogg"),
        ("audio/mp4", "m4a"),
        ("audio/aac", "aac"),
        ("audio/amr", "amr"),
        ("application/pdf", "pdf"),
        ("text/plain", "txt"),
    ];
    known
        .iter()
        .find(|(mime, _)| *mime == essence)
        .map_or("bin", |(_, extension)| extension)
}

pub(super) async fn fetch(graph: &Graph<'_>, id: &str, max_bytes: usize) -> ProviderResult<MediaBytes> {
    let number = graph.connection.provider_number_id.as_str();
    let mut request = graph.get(&[id])?;
    if !number.is_empty() {
        request = request.query([("phone_number_id", number)]);
    }
    let node: MediaNode = graph.call(request).await?;
    let size = node
        .file_size
        .as_ref()
        .and_then(|size| size.0.parse::<usize>().ok())
        .unwrap_or_default();
    if size > max_bytes {
        return Err(errors::own(
            FaultClass::Invalid,
            &format!("The file is larger than {max_bytes} bytes."),
        ));
    }
    if graph.connection.base_url.starts_with("https:") && !node.url.starts_with("https:") {
        let sentence = "The provider gave an unencrypted address for the file; the token is not sent there.";
        return Err(errors::own(FaultClass::Permission, sentence));
    }
    let download = graph
        .authorized(Method::GET, &node.url)
        .timeout(TRANSFER_TIMEOUT)
        .max_bytes(max_bytes);
    let answer = download
        .send()
        .await
        .map_err(|error| errors::from_egress(&error))?;
    if !answer.status.is_success() {
        return Err(errors::from_answer(&answer).fault);
    }
    if node
        .sha256
        .as_deref()
        .is_some_and(|expected| !matches_digest(expected, &answer.body))
    {
        let sentence = "The file that arrived is not the one that was announced: its SHA-256 differs.";
        return Err(errors::own(FaultClass::ProviderDown, sentence));
    }
    let declared = answer.header("content-type").map(str::to_owned);
    let mime_type = node
        .mime_type
        .or(declared)
        .unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(MediaBytes {
        bytes: answer.body,
        mime_type,
    })
}

/// Webhooks write the digest in base64, `GET /{media}` in hex; both are accepted in both places.
fn matches_digest(expected: &str, bytes: &[u8]) -> bool {
    let digest = Sha256::digest(bytes);
    let expected = expected.trim();
    expected.eq_ignore_ascii_case(&hex::encode(digest))
        || expected.trim_end_matches('=') == STANDARD.encode(digest).trim_end_matches('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_match_in_both_spellings_only() {
        let bytes = b"abc";
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let base64 = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        for expected in [hex, &hex.to_uppercase(), base64, base64.trim_end_matches('=')] {
            assert!(matches_digest(expected, bytes), "{expected}");
        }
        for wrong in ["", "ba78", &hex.replace('b', "c"), &base64.to_lowercase()] {
            assert!(!matches_digest(wrong, bytes), "{wrong}");
        }
    }
}

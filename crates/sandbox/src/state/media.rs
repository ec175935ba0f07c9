use std::path::PathBuf;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::Sandbox;
use super::model::Media;

/// What the bytes of a file say it is, for the kinds whose first bytes are known.
pub(crate) fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some("image/jpeg")
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"%PDF-") {
        Some("application/pdf")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

impl Sandbox {
    fn media_path(&self, id: &str) -> PathBuf {
        self.0.media_folder.join(id)
    }

    /// Keeps a file and gives it an id for one business number; valid for `valid_ms` of simulated time.
    pub(crate) async fn add_media(
        &self,
        phone_number_id: &str,
        mime_type: &str,
        bytes: Bytes,
        valid_ms: i64,
    ) -> std::io::Result<Media> {
        let media = Media {
            id: self.write(|world| world.kept.ids.object()),
            phone_number_id: phone_number_id.to_owned(),
            mime_type: mime_type.to_owned(),
            sha256: hex::encode(Sha256::digest(&bytes)),
            size: bytes.len(),
            expires_ms: self.now_ms().saturating_add(valid_ms),
        };
        tokio::fs::write(self.media_path(&media.id), &bytes).await?;
        self.write(|world| world.media.insert(media.id.clone(), media.clone()));
        Ok(media)
    }

    pub(crate) async fn media_bytes(&self, id: &str) -> std::io::Result<Vec<u8>> {
        tokio::fs::read(self.media_path(id)).await
    }

    /// Adds bytes to the end of a stored file.
    pub(crate) async fn append_file(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let path = self.media_path(name);
        let mut file = tokio::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .await?;
        file.write_all(bytes).await?;
        file.flush().await
    }

    pub(crate) async fn remove_media(&self, id: &str) {
        if let Err(error) = tokio::fs::remove_file(self.media_path(id)).await {
            tracing::warn!(media_id = id, %error, "sandbox media file not removed");
        }
    }
}

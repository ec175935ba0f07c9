//! Which files WhatsApp takes, as what, and how large.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What a file is sent as.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FileKind {
    /// JPEG or PNG of at most 5 MB.
    Image,
    /// MP4 or 3GPP of at most 16 MB.
    Video,
    /// AAC, AMR, MP3, MP4 or OGG (Opus) of at most 16 MB.
    Audio,
    /// A file of at most 100 MB.
    Document,
    /// WebP of at most 500 KB; a still one of at most 100 KB.
    Sticker,
}

impl FileKind {
    /// What a file of this type is sent as unless somebody says otherwise.
    #[must_use]
    pub fn of(mime_type: &str) -> Self {
        [Self::Image, Self::Video, Self::Audio, Self::Sticker]
            .into_iter()
            .find(|kind| kind.takes(mime_type))
            .unwrap_or(Self::Document)
    }

    /// Whether WhatsApp takes this type of file as this; any file goes as a document.
    #[must_use]
    pub fn takes(self, mime_type: &str) -> bool {
        let essence = mime_type.split(';').next().unwrap_or_default().trim();
        match self {
            Self::Image => matches!(essence, "image/jpeg" | "image/png"),
            Self::Video => matches!(essence, "video/mp4" | "video/3gpp"),
            Self::Audio => {
                matches!(
                    essence,
                    "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg"
                )
            }
            Self::Sticker => essence == "image/webp",
            Self::Document => true,
        }
    }

    /// Bytes of the largest file.
    #[must_use]
    pub const fn max_bytes(self) -> u64 {
        match self {
            Self::Image => 5 * MIB,
            Self::Video | Self::Audio => 16 * MIB,
            Self::Document => 100 * MIB,
            Self::Sticker => 500 * KIB,
        }
    }

    /// Types and size in words, for who chose another file.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Image => "An image is a JPEG or PNG of at most 5 MB.",
            Self::Video => "A video is an MP4 or 3GPP file of at most 16 MB.",
            Self::Audio => "An audio file is AAC, AMR, MP3, MP4 or OGG (Opus) of at most 16 MB.",
            Self::Document => "A document is a file of at most 100 MB.",
            Self::Sticker => "A sticker is a WebP of at most 500 KB.",
        }
    }

    /// Why a file of this type and size can't be sent as this.
    #[must_use]
    pub fn fault(self, mime_type: &str, bytes: u64) -> Option<&'static str> {
        (!self.takes(mime_type) || bytes > self.max_bytes()).then(|| self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_sizes() {
        for (mime, kind) in [
            ("image/jpeg", FileKind::Image),
            ("image/webp", FileKind::Sticker),
            ("video/3gpp", FileKind::Video),
            ("audio/ogg; codecs=opus", FileKind::Audio),
            ("image/gif", FileKind::Document),
            ("application/pdf", FileKind::Document),
        ] {
            assert_eq!(FileKind::of(mime), kind, "{mime}");
            assert_eq!(kind.fault(mime, kind.max_bytes()), None);
            assert!(kind.fault(mime, kind.max_bytes() + 1).is_some());
        }
        assert!(FileKind::Image.fault("image/webp", 1).is_some());
        assert!(FileKind::Document.fault("image/jpeg", 6 * MIB).is_none());
    }
}

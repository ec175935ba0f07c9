//! What a file is, by its bytes.

/// What may be uploaded, for who chose something else.
pub(super) const TAKEN: &str = "Send a JPEG, PNG or WebP picture, an MP4 or 3GPP film, an AAC, AMR, MP3, MP4 or OGG sound, \
    or a PDF, Word, Excel, PowerPoint or text file.";

/// The old Office files are one format inside; only the name tells them apart.
const OLD_OFFICE: [(&str, &str); 3] = [
    (".doc", "application/msword"),
    (".xls", "application/vnd.ms-excel"),
    (".ppt", "application/vnd.ms-powerpoint"),
];
const TEXT_NAMES: [&str; 2] = [".txt", ".csv"];

/// The MIME type as WhatsApp names it; `None` for what it does not take.
pub(super) fn mime_type(bytes: &[u8], filename: Option<&str>) -> Option<&'static str> {
    let name = filename.unwrap_or_default().to_ascii_lowercase();
    if bytes.get(4..10).is_some_and(|brand| brand.starts_with(b"ftyp3g")) {
        return Some("video/3gpp");
    }
    match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("audio/m4a" | "audio/x-m4a") => Some("audio/mp4"),
        Some("audio/opus") => Some("audio/ogg"),
        Some("video/x-m4v") => Some("video/mp4"),
        Some("application/x-ole-storage") => {
            let known = OLD_OFFICE.iter().find(|(end, _)| name.ends_with(end));
            known.map(|(_, mime)| *mime)
        }
        Some(known) => TYPES.iter().copied().find(|taken| *taken == known),
        None => {
            let named = TEXT_NAMES.iter().any(|end| name.ends_with(end));
            let text = std::str::from_utf8(bytes).is_ok_and(|text| !text.is_empty() && !text.contains('\0'));
            (named && text).then_some("text/plain")
        }
    }
}

const TYPES: [&str; 16] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/3gpp",
    "audio/aac",
    "audio/amr",
    "audio/mpeg",
    "audio/ogg",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_and_names_only_help() {
        for (bytes, name, mime) in [
            (b"\x89PNG\r\n\x1a\n".as_slice(), "a.jpg", Some("image/png")),
            (b"%PDF-1.7\n", "a.bin", Some("application/pdf")),
            (b"\0\0\0\x18ftyp3gp4\0\0\0\0", "a", Some("video/3gpp")),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a", Some("video/mp4")),
            (
                b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13OpusHead",
                "a",
                Some("audio/ogg"),
            ),
            (b"#!AMR\n\x3c\0\0\0\0\0", "a", Some("audio/amr")),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "a", Some("image/webp")),
            (b"name,phone\n", "list.CSV", Some("text/plain")),
            (b"just text", "a.png", None),
            (b"", "a.txt", None),
            (b"GIF89a\x01\0\x01\0", "a.gif", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "a.svg", None),
            (b"MZ\x90\0\x03\0\0\0", "a.txt", None),
        ] {
            assert_eq!(mime_type(bytes, Some(name)), mime, "{name}");
        }
    }
}

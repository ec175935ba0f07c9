//! A multipart form, without the HTTP client's types.

use bytes::Bytes;

/// A `multipart/form-data` body.
#[derive(Debug, Clone, Default)]
pub struct Multipart {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text {
        name: &'static str,
        value: String,
    },
    File {
        name: &'static str,
        filename: String,
        mime_type: String,
        bytes: Bytes,
    },
}

impl Multipart {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text field.
    #[must_use]
    pub fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.parts.push(Part::Text {
            name,
            value: value.into(),
        });
        self
    }

    /// Adds a file; an unreadable MIME type makes the request fail as `Blocked`.
    #[must_use]
    pub fn file(
        mut self,
        name: &'static str,
        filename: impl Into<String>,
        mime_type: impl Into<String>,
        bytes: Bytes,
    ) -> Self {
        self.parts.push(Part::File {
            name,
            filename: filename.into(),
            mime_type: mime_type.into(),
            bytes,
        });
        self
    }

    pub(crate) fn into_form(self) -> Result<reqwest::multipart::Form, reqwest::Error> {
        self.parts
            .into_iter()
            .try_fold(reqwest::multipart::Form::new(), |form, part| {
                Ok(match part {
                    Part::Text { name, value } => form.text(name, value),
                    Part::File {
                        name,
                        filename,
                        mime_type,
                        bytes,
                    } => {
                        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                        let file = reqwest::multipart::Part::stream_with_length(bytes, length);
                        form.part(name, file.file_name(filename).mime_str(&mime_type)?)
                    }
                })
            })
    }
}

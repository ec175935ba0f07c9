//! Messages with something to tap.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ids::MediaId, template::HeaderKind};

/// Text with reply buttons.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ButtonsMessage {
    /// At most 1,024 characters.
    pub body: String,
    /// Text above, at most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// A picture, film or file above, instead of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_media: Option<HeaderMedia>,
    /// At most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// One to three.
    pub buttons: Vec<ReplyButton>,
}

/// One reply button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyButton {
    /// At most 256 characters, unique in the message.
    pub id: String,
    /// At most 20 characters, unique in the message.
    pub title: String,
}

/// A file above the text: ours by id, or one that WhatsApp fetches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeaderMedia {
    /// What it is.
    pub kind: HeaderKind,
    /// From an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<MediaId>,
    /// Web address of the file, instead of an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// File name that the customer sees, documents only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

/// Text with a button that opens a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ListMessage {
    /// At most 4,096 characters.
    pub body: String,
    /// At most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// At most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Text on the button that opens the list, at most 20 characters.
    pub button: String,
    /// One to ten, with ten rows at most in all.
    pub sections: Vec<ListSection>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ListSection {
    /// At most 24 characters; needed when there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// At least one.
    pub rows: Vec<ListRow>,
}

/// A row that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ListRow {
    /// At most 200 characters, unique in the list.
    pub id: String,
    /// At most 24 characters.
    pub title: String,
    /// At most 72 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Text with a button that opens a web page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CtaUrlMessage {
    /// At most 1,024 characters.
    pub body: String,
    /// Text above, at most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// A picture, film or file above, instead of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_media: Option<HeaderMedia>,
    /// At most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Text on the button, at most 20 characters.
    pub display_text: String,
    /// Where it leads: http or https.
    pub url: String,
}

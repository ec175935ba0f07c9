//! The kinds of content that can be sent, as a request names them.

use std::collections::BTreeMap;

use domain::{
    MediaId, MessageId, TemplateId,
    content::{ButtonsMessage, ContactCard, Content, CtaUrlMessage, ListMessage, Media},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What can be sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewContent {
    /// Plain text.
    Text {
        /// 1 to 4,096 characters.
        body: String,
        /// Show a preview of the first web address.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        preview_url: bool,
    },
    /// JPEG or PNG of at most 5 MB.
    Image(SendMedia),
    /// MP4 or 3GPP of at most 16 MB.
    Video(SendMedia),
    /// An audio file of at most 16 MB, without caption; `voice` makes an OGG (Opus) a voice message.
    Audio(SendMedia),
    /// A file of at most 100 MB.
    Document(SendMedia),
    /// WebP of at most 500 KB, without caption.
    Sticker(SendMedia),
    /// A place.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// Name of the place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Postal address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// Contact cards.
    Contacts {
        /// 1 to 257.
        cards: Vec<ContactCard>,
    },
    /// A reaction to a message of the conversation.
    Reaction {
        /// The message.
        message_id: MessageId,
        /// The emoji; left out, the reaction is taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    /// An approved template.
    Template {
        /// The template.
        template_id: TemplateId,
        /// Values by parameter key.
        #[serde(default)]
        parameters: BTreeMap<String, String>,
    },
    /// Text with one to three reply buttons.
    Buttons(ButtonsMessage),
    /// Text with a list to choose from.
    List(ListMessage),
    /// Text with a button that opens a web page.
    CtaUrl(CtaUrlMessage),
}

/// A file to send: uploaded here, or fetched by WhatsApp.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SendMedia {
    /// From an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<MediaId>,
    /// Web address of the file, instead of an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// At most 1,024 characters; images, videos and documents only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// Name that the customer sees, documents only; left out, the name of the upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// True for a voice message, audio only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voice: bool,
}

impl SendMedia {
    fn media(&self) -> Media {
        Media {
            media_id: self.media_id,
            link: self.link.clone(),
            caption: self.caption.clone(),
            filename: self.filename.clone(),
            voice: self.voice,
            ..Media::default()
        }
    }
}

impl NewContent {
    /// The content as it is stored, where the request alone says it; `None` for templates and reactions.
    pub(super) fn plain(&self) -> Option<Content> {
        Some(match self {
            Self::Text { body, preview_url } => Content::Text {
                body: body.clone(),
                preview_url: *preview_url,
            },
            Self::Image(media) => Content::Image(media.media()),
            Self::Video(media) => Content::Video(media.media()),
            Self::Audio(media) => Content::Audio(media.media()),
            Self::Document(media) => Content::Document(media.media()),
            Self::Sticker(media) => Content::Sticker(media.media()),
            Self::Location {
                latitude,
                longitude,
                name,
                address,
            } => Content::Location {
                latitude: *latitude,
                longitude: *longitude,
                name: name.clone(),
                address: address.clone(),
            },
            Self::Contacts { cards } => Content::Contacts { cards: cards.clone() },
            Self::Buttons(message) => Content::Buttons(message.clone()),
            Self::List(message) => Content::List(message.clone()),
            Self::CtaUrl(message) => Content::CtaUrl(message.clone()),
            Self::Reaction { .. } | Self::Template { .. } => return None,
        })
    }
}

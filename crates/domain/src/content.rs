//! The conversation model: what a message holds, whatever the provider called it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::ids::MediaId;

mod check;
mod file;
mod interactive;
mod origin;

pub use file::FileKind;
pub use interactive::{
    ButtonsMessage, CtaUrlMessage, HeaderMedia, ListMessage, ListRow, ListSection, ReplyButton,
};
pub use origin::{Forwarded, Referral, Source};

/// Which way a message went; the number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum Direction {
    /// From the customer.
    Inbound = 1,
    /// From an agent, the API, a campaign or a bot.
    Outbound = 2,
}

impl Direction {
    /// Reads the stored number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Inbound),
            2 => Some(Self::Outbound),
            _ => None,
        }
    }
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text with WhatsApp's inline marks.
    Text {
        /// At most 4,096 characters outbound.
        body: String,
        /// Outbound: show a preview of the first web address.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        preview_url: bool,
    },
    /// JPEG or PNG.
    Image(Media),
    /// MP4 or 3GPP.
    Video(Media),
    /// Audio file or voice message.
    Audio(Media),
    /// Any file.
    Document(Media),
    /// WebP sticker.
    Sticker(Media),
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
        /// One entry per card.
        cards: Vec<ContactCard>,
    },
    /// A reaction to another message.
    Reaction {
        /// Provider id of the message it belongs to.
        target_provider_id: String,
        /// The emoji; absent when the reaction was taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    /// A template as it was rendered.
    Template(Box<TemplateMessage>),
    /// Text with one to three reply buttons.
    Buttons(ButtonsMessage),
    /// Text with a list to choose from.
    List(ListMessage),
    /// Text with a button that opens a web page.
    CtaUrl(CtaUrlMessage),
    /// The customer tapped a quick reply of a template.
    ButtonTap {
        /// Text on the button.
        title: String,
        /// What we put behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
    },
    /// The customer chose a reply button or a list row.
    Choice {
        /// Id that we gave the button or row.
        id: String,
        /// Its title.
        title: String,
        /// Its description, lists only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// The customer ordered from a catalogue.
    Order(Order),
    /// The customer filled in a form: a flow, an address.
    FormReply {
        /// The provider's name for the form, `flow` or `address_message`.
        name: String,
        /// What was filled in, as the form names it.
        #[schema(value_type = Object)]
        fields: serde_json::Value,
    },
    /// The customer allowed or refused to be called.
    CallPermission {
        /// True when they allowed it.
        granted: bool,
        /// True when it holds until they take it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        permanent: bool,
        /// Until when it holds.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "time::serde::rfc3339::option"
        )]
        expires_at: Option<OffsetDateTime>,
    },
    /// The sender took the message back; what it held is not shown any more.
    Revoked,
    /// Something the provider tells about the customer, such as a changed number.
    System {
        /// The provider's kind, `user_changed_number`.
        event: String,
        /// Sentence of the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// Kept in the raw log, not understood yet.
    Unsupported {
        /// The provider's type.
        provider_type: String,
        /// Why, if the provider said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// A media part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Media {
    /// Our stored copy; absent until the row exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<MediaId>,
    /// Outbound, instead of a stored copy: the address that WhatsApp fetches the file from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// MIME type as the sender declared it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Text below the picture, at most 1,024 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// File name, documents only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// True for a voice message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voice: bool,
    /// The provider's media id.
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub provider_media_id: Option<String>,
    /// SHA-256 as the provider sent it, base64 or hex.
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub sha256: Option<String>,
}

/// A contact card that was shared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ContactCard {
    /// Full name.
    pub name: String,
    /// First name; left out, the first word of the full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Phone numbers as written on the card.
    #[serde(default)]
    pub phones: Vec<String>,
    /// Email addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// Web addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
}

/// What a customer ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// The catalogue.
    pub catalog_id: String,
    /// What the customer wrote beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The lines.
    pub items: Vec<OrderItem>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderItem {
    /// The product, as the catalogue names it.
    pub product_id: String,
    /// How many.
    pub quantity: f64,
    /// Price of one.
    pub price: f64,
    /// Its currency.
    pub currency: String,
}

/// A template with its values filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TemplateMessage {
    /// Name at the provider.
    pub name: String,
    /// Language code, `en_US`.
    pub language: String,
    /// The values that were given.
    pub parameters: crate::template::Values,
    /// What the customer sees.
    pub rendered: crate::template::Rendered,
}

impl TemplateMessage {
    /// Our media ids among the values: headers of the template and of its cards.
    pub fn media_ids(&self) -> impl Iterator<Item = MediaId> {
        let headers = self
            .parameters
            .0
            .iter()
            .filter(|(key, _)| key.ends_with("header.media"));
        headers.filter_map(|(_, value)| value.parse().ok())
    }
}

impl Content {
    /// The serde tag, stored as the message's kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Image(_) => "image",
            Self::Video(_) => "video",
            Self::Audio(_) => "audio",
            Self::Document(_) => "document",
            Self::Sticker(_) => "sticker",
            Self::Location { .. } => "location",
            Self::Contacts { .. } => "contacts",
            Self::Reaction { .. } => "reaction",
            Self::Template(_) => "template",
            Self::Buttons(_) => "buttons",
            Self::List(_) => "list",
            Self::CtaUrl(_) => "cta_url",
            Self::ButtonTap { .. } => "button_tap",
            Self::Choice { .. } => "choice",
            Self::Order(_) => "order",
            Self::FormReply { .. } => "form_reply",
            Self::CallPermission { .. } => "call_permission",
            Self::Revoked => "revoked",
            Self::System { .. } => "system",
            Self::Unsupported { .. } => "unsupported",
        }
    }

    /// One line for the conversation list, at most 120 characters; empty where the kind's name says it all.
    #[must_use]
    pub fn preview(&self) -> String {
        let text = match self {
            Self::Text { body, .. } => body.as_str(),
            Self::Image(m) | Self::Video(m) | Self::Audio(m) | Self::Document(m) | Self::Sticker(m) => {
                m.caption.as_deref().or(m.filename.as_deref()).unwrap_or_default()
            }
            Self::Location { name, .. } => name.as_deref().unwrap_or_default(),
            Self::Contacts { cards } => cards.first().map(|card| card.name.as_str()).unwrap_or_default(),
            Self::Reaction { emoji, .. } => emoji.as_deref().unwrap_or_default(),
            Self::Template(template) => template.rendered.body.as_str(),
            Self::Buttons(message) => message.body.as_str(),
            Self::List(message) => message.body.as_str(),
            Self::CtaUrl(message) => message.body.as_str(),
            Self::ButtonTap { title, .. } | Self::Choice { title, .. } => title.as_str(),
            Self::System { body, .. } => body.as_deref().unwrap_or_default(),
            Self::Order(order) => order.text.as_deref().unwrap_or_default(),
            Self::FormReply { .. }
            | Self::CallPermission { .. }
            | Self::Revoked
            | Self::Unsupported { .. } => "",
        };
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(120)
            .collect()
    }

    /// The media part, if there is one.
    #[must_use]
    pub const fn media(&self) -> Option<&Media> {
        match self {
            Self::Image(m) | Self::Video(m) | Self::Audio(m) | Self::Document(m) | Self::Sticker(m) => {
                Some(m)
            }
            _ => None,
        }
    }

    /// Our ids of all files that go out with it, without repeats.
    #[must_use]
    pub fn media_ids(&self) -> Vec<MediaId> {
        let mut ids: Vec<MediaId> = match self {
            Self::Template(template) => template.media_ids().collect(),
            Self::Buttons(message) => {
                let header = message.header_media.as_ref();
                header.and_then(|header| header.media_id).into_iter().collect()
            }
            Self::CtaUrl(message) => {
                let header = message.header_media.as_ref();
                header.and_then(|header| header.media_id).into_iter().collect()
            }
            other => other
                .media()
                .and_then(|media| media.media_id)
                .into_iter()
                .collect(),
        };
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The media part, if there is one, to fill in our id.
    pub const fn media_mut(&mut self) -> Option<&mut Media> {
        match self {
            Self::Image(m) | Self::Video(m) | Self::Audio(m) | Self::Document(m) | Self::Sticker(m) => {
                Some(m)
            }
            _ => None,
        }
    }
}

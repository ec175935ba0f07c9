//! The renderer: one code for the preview and for what is stored with the sent message.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Component, HeaderKind, TemplateButton, Values, placeholder};

/// What the customer sees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Rendered {
    /// Above the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<RenderedHeader>,
    /// The text.
    pub body: String,
    /// Below the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// The buttons.
    #[serde(default)]
    pub buttons: Vec<RenderedButton>,
    /// The offer that ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<RenderedOffer>,
    /// The cards below, each as a message of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub cards: Vec<Rendered>,
}

/// An offer with its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RenderedOffer {
    /// Its text.
    pub text: String,
    /// When it ends, RFC 3339, once given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// A header with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RenderedHeader {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// A picture, film or file.
    Media {
        /// Which.
        kind: HeaderKind,
        /// Our media id, once given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media_id: Option<String>,
    },
    /// A place.
    Location {
        /// Its name, once given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Its address, once given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
}

/// A button with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RenderedButton {
    /// `quick_reply`, `url`, `phone_number`, `copy_code`, `otp`, `flow`, `plain` or `unsupported`.
    pub kind: String,
    /// Its text.
    pub text: String,
    /// The address, number or code behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

pub(super) fn render(components: &[Component], prefix: &str, values: &Values) -> Rendered {
    let mut rendered = Rendered::default();
    let value = |key: &str| values.get(&format!("{prefix}{key}")).map(str::to_owned);
    let fill =
        |part: &str, text: &str| placeholder::fill(text, |key| values.get(&format!("{prefix}{part}.{key}")));
    for component in components {
        match component {
            Component::HeaderText { text, .. } => {
                rendered.header = Some(RenderedHeader::Text {
                    text: fill("header", text),
                });
            }
            Component::HeaderMedia { kind } => {
                rendered.header = Some(RenderedHeader::Media {
                    kind: *kind,
                    media_id: value("header.media"),
                });
            }
            Component::HeaderLocation => {
                rendered.header = Some(RenderedHeader::Location {
                    name: value("header.name"),
                    address: value("header.address"),
                });
            }
            Component::Body { text, .. } => rendered.body = fill("body", text),
            Component::Footer { text } => rendered.footer = Some(text.clone()),
            Component::Buttons { buttons } => {
                rendered.buttons = buttons
                    .iter()
                    .enumerate()
                    .map(|(index, b)| button(b, values.get(&format!("{prefix}button.{index}"))))
                    .collect();
            }
            Component::LimitedTimeOffer { text, .. } => {
                rendered.offer = Some(RenderedOffer {
                    text: text.clone(),
                    expires_at: value("offer.expires_at"),
                });
            }
            Component::Carousel { cards } => {
                let numbered = cards.iter().enumerate();
                rendered.cards = numbered
                    .map(|(index, card)| render(&card.components, &format!("card.{index}."), values))
                    .collect();
            }
            Component::Unsupported { .. } => {}
        }
    }
    rendered
}

fn button(button: &TemplateButton, given: Option<&str>) -> RenderedButton {
    let (kind, text, value) = match button {
        TemplateButton::QuickReply { text } => ("quick_reply", text.clone(), given.map(str::to_owned)),
        TemplateButton::Url { text, url, .. } => {
            ("url", text.clone(), Some(placeholder::fill(url, |_| given)))
        }
        TemplateButton::PhoneNumber { text, phone_number } => {
            ("phone_number", text.clone(), Some(phone_number.clone()))
        }
        TemplateButton::CopyCode { .. } => ("copy_code", "Copy code".to_owned(), given.map(str::to_owned)),
        TemplateButton::Otp { text, .. } => ("otp", text.clone(), None),
        TemplateButton::Flow { text } => ("flow", text.clone(), None),
        TemplateButton::Plain { text, .. } => ("plain", text.clone(), None),
        TemplateButton::Unsupported { text, .. } => ("unsupported", text.clone(), None),
    };
    RenderedButton {
        kind: kind.to_owned(),
        text,
        value,
    }
}

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
}

/// A button with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RenderedButton {
    /// `quick_reply`, `url`, `phone_number`, `copy_code` or `unsupported`.
    pub kind: String,
    /// Its text.
    pub text: String,
    /// The address, number or code behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

pub(super) fn render(components: &[Component], values: &Values) -> Rendered {
    let mut rendered = Rendered::default();
    for component in components {
        match component {
            Component::HeaderText { text, .. } => {
                rendered.header = Some(RenderedHeader::Text {
                    text: fill("header", text, values),
                });
            }
            Component::HeaderMedia { kind } => {
                let media_id = values.get("header.media").map(str::to_owned);
                rendered.header = Some(RenderedHeader::Media {
                    kind: *kind,
                    media_id,
                });
            }
            Component::Body { text, .. } => rendered.body = fill("body", text, values),
            Component::Footer { text } => rendered.footer = Some(text.clone()),
            Component::Buttons { buttons } => {
                rendered.buttons = buttons
                    .iter()
                    .enumerate()
                    .map(|(index, b)| button(index, b, values))
                    .collect();
            }
            Component::Unsupported { .. } => {}
        }
    }
    rendered
}

fn fill(part: &str, text: &str, values: &Values) -> String {
    placeholder::fill(text, |key| values.get(&format!("{part}.{key}")))
}

fn button(index: usize, button: &TemplateButton, values: &Values) -> RenderedButton {
    let given = values.get(&format!("button.{index}"));
    let (kind, text, value) = match button {
        TemplateButton::QuickReply { text } => ("quick_reply", text.clone(), given.map(str::to_owned)),
        TemplateButton::Url { text, url, .. } => {
            ("url", text.clone(), Some(placeholder::fill(url, |_| given)))
        }
        TemplateButton::PhoneNumber { text, phone_number } => {
            ("phone_number", text.clone(), Some(phone_number.clone()))
        }
        TemplateButton::CopyCode { .. } => ("copy_code", "Copy code".to_owned(), given.map(str::to_owned)),
        TemplateButton::Unsupported { text, .. } => ("unsupported", text.clone(), None),
    };
    RenderedButton {
        kind: kind.to_owned(),
        text,
        value,
    }
}

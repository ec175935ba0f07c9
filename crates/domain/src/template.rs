//! Templates: components, the parameter schema derived from them, the check and the renderer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::FieldError;

mod placeholder;
mod render;

pub use render::{Rendered, RenderedButton, RenderedHeader};

/// A template of a WABA in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// The provider's id.
    pub provider_id: String,
    /// `^[a-z0-9_]{1,512}$`.
    pub name: String,
    /// Language code, `en_US`.
    pub language: String,
    /// MARKETING, UTILITY or AUTHENTICATION.
    pub category: String,
    /// APPROVED, PENDING, REJECTED, PAUSED, DISABLED …
    pub status: String,
    /// Quality score, GREEN to RED or UNKNOWN.
    #[serde(default)]
    pub quality: Option<String>,
    /// Why it was rejected.
    #[serde(default)]
    pub rejected_reason: Option<String>,
    /// The parts, in order.
    pub components: Vec<Component>,
}

/// One part of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Component {
    /// Text above the body, at most one variable.
    HeaderText {
        /// With `{{…}}` placeholders.
        text: String,
        /// Sample values by key.
        #[serde(default)]
        examples: BTreeMap<String, String>,
    },
    /// A picture, film, file or place above the body.
    HeaderMedia {
        /// Which.
        kind: HeaderKind,
    },
    /// The text.
    Body {
        /// With `{{…}}` placeholders.
        text: String,
        /// Sample values by key.
        #[serde(default)]
        examples: BTreeMap<String, String>,
    },
    /// Small text below.
    Footer {
        /// No placeholders.
        text: String,
    },
    /// The buttons.
    Buttons {
        /// In order; the position is the button's index.
        buttons: Vec<TemplateButton>,
    },
    /// A part that this version can't send: templates with one are shown, not sent.
    Unsupported {
        /// The provider's type.
        kind: String,
    },
}

/// What a media header holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HeaderKind {
    /// JPEG or PNG.
    Image,
    /// MP4.
    Video,
    /// Any file.
    Document,
}

/// A button of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TemplateButton {
    /// The customer's tap comes back as a message.
    QuickReply {
        /// At most 25 characters.
        text: String,
    },
    /// Opens a web page.
    Url {
        /// At most 25 characters.
        text: String,
        /// May end with one placeholder.
        url: String,
        /// Sample of the placeholder's value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        example: Option<String>,
    },
    /// Calls a number.
    PhoneNumber {
        /// At most 25 characters.
        text: String,
        /// The number.
        phone_number: String,
    },
    /// Copies a code.
    CopyCode {
        /// Sample code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        example: Option<String>,
    },
    /// A button that this version can't fill.
    Unsupported {
        /// The provider's type.
        provider_type: String,
        /// Its text.
        #[serde(default)]
        text: String,
    },
}

/// Values by parameter key: `header.1`, `header.media`, `body.first_name`, `button.0`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Values(pub BTreeMap<String, String>);

impl Values {
    /// The value of one parameter.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// What kind of value a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// Text without newlines, tabs or more than four spaces in a row.
    Text,
    /// Id of an uploaded image (`med_…`).
    Image,
    /// Id of an uploaded video.
    Video,
    /// Id of an uploaded document.
    Document,
    /// The end of a button's address.
    UrlSuffix,
    /// A code of at most 20 characters.
    Code,
    /// What comes back when a quick reply is tapped; optional, at most 256 characters.
    Payload,
}

/// One parameter of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Parameter {
    /// Key in [`Values`].
    pub key: String,
    /// Name or position inside its part, for the form's label.
    pub label: String,
    /// What it takes.
    pub kind: ParameterKind,
    /// False for quick-reply payloads.
    pub required: bool,
    /// Sample value from the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

impl Template {
    /// The parameters that a send must fill, in order of appearance.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for component in &self.components {
            match component {
                Component::HeaderText { text, examples } => {
                    text_parameters("header", text, examples, &mut parameters)
                }
                Component::Body { text, examples } => {
                    text_parameters("body", text, examples, &mut parameters)
                }
                Component::HeaderMedia { kind } => parameters.push(media_parameter(*kind)),
                Component::Buttons { buttons } => {
                    let numbered = buttons.iter().enumerate();
                    parameters.extend(numbered.filter_map(|(index, button)| button_parameter(index, button)));
                }
                Component::Footer { .. } | Component::Unsupported { .. } => {}
            }
        }
        parameters
    }

    /// Why this template can't be sent at all, in words; `None` when it can.
    #[must_use]
    pub fn unsendable(&self) -> Option<String> {
        if self.status != "APPROVED" {
            return Some(format!(
                "The template is {}; only approved templates can be sent.",
                self.status.to_lowercase()
            ));
        }
        self.components.iter().find_map(|component| match component {
            Component::Unsupported { kind } => Some(format!(
                "The template has a part of type {kind}, which can't be sent from here yet."
            )),
            Component::Buttons { buttons } => buttons.iter().find_map(|button| match button {
                TemplateButton::Unsupported { provider_type, .. } => Some(format!(
                    "The template has a button of type {provider_type}, which can't be sent from here yet."
                )),
                _ => None,
            }),
            _ => None,
        })
    }

    /// Every fault of the values against the parameters; empty when the template can be rendered and sent.
    #[must_use]
    pub fn check(&self, values: &Values) -> Vec<FieldError> {
        let parameters = self.parameters();
        let mut faults: Vec<FieldError> = parameters
            .iter()
            .filter_map(|p| parameter_fault(p, values))
            .collect();
        for key in values
            .0
            .keys()
            .filter(|key| parameters.iter().all(|p| p.key != **key))
        {
            faults.push(fault(
                key,
                format!(
                    "The template {} ({}) has no such parameter.",
                    self.name, self.language
                ),
            ));
        }
        faults
    }

    /// What the customer will see; missing values show as their placeholder.
    #[must_use]
    pub fn render(&self, values: &Values) -> Rendered {
        render::render(&self.components, values)
    }
}

/// Splits a body or header text into the keys of its placeholders, in order, without repeats.
#[must_use]
pub fn placeholder_keys(text: &str) -> Vec<String> {
    placeholder::keys(text)
}

fn text_parameters(part: &str, text: &str, examples: &BTreeMap<String, String>, into: &mut Vec<Parameter>) {
    into.extend(placeholder::keys(text).into_iter().map(|key| Parameter {
        key: format!("{part}.{key}"),
        example: examples.get(&key).cloned(),
        label: key,
        kind: ParameterKind::Text,
        required: true,
    }));
}

fn media_parameter(kind: HeaderKind) -> Parameter {
    let (label, kind) = match kind {
        HeaderKind::Image => ("image", ParameterKind::Image),
        HeaderKind::Video => ("video", ParameterKind::Video),
        HeaderKind::Document => ("document", ParameterKind::Document),
    };
    Parameter {
        key: "header.media".into(),
        label: label.into(),
        kind,
        required: true,
        example: None,
    }
}

fn button_parameter(index: usize, button: &TemplateButton) -> Option<Parameter> {
    let (label, kind, required, example) = match button {
        TemplateButton::Url { text, url, example } if !placeholder::keys(url).is_empty() => {
            (text.clone(), ParameterKind::UrlSuffix, true, example.clone())
        }
        TemplateButton::CopyCode { example } => ("code".into(), ParameterKind::Code, true, example.clone()),
        TemplateButton::QuickReply { text } => (text.clone(), ParameterKind::Payload, false, None),
        _ => return None,
    };
    Some(Parameter {
        key: format!("button.{index}"),
        label,
        kind,
        required,
        example,
    })
}

fn fault(key: &str, message: impl Into<String>) -> FieldError {
    FieldError {
        field: format!("parameters.{key}"),
        message: message.into(),
    }
}

fn parameter_fault(parameter: &Parameter, values: &Values) -> Option<FieldError> {
    let value = values.get(&parameter.key).unwrap_or_default();
    if value.is_empty() {
        return parameter
            .required
            .then(|| fault(&parameter.key, "Give a value; the template needs it."));
    }
    let limit = match parameter.kind {
        ParameterKind::Code => 20,
        ParameterKind::Payload => 256,
        ParameterKind::UrlSuffix => 2_000,
        _ => 1_024,
    };
    if value.chars().count() > limit {
        return Some(fault(&parameter.key, format!("At most {limit} characters.")));
    }
    let spaced = value.contains(['\n', '\r', '\t']) || value.contains("     ");
    (parameter.kind == ParameterKind::Text && spaced).then(|| {
        fault(
            &parameter.key,
            "No line breaks, tabs or more than four spaces in a row: WhatsApp refuses them.",
        )
    })
}

#[cfg(test)]
mod tests;

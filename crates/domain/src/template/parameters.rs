//! The parameter schema of a template, and the check of values against it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::ToSchema;

use super::{Component, HeaderKind, TemplateButton, placeholder};
use crate::{error::FieldError, ids::MediaId};

/// Values by parameter key: `header.1`, `header.media`, `body.first_name`, `button.0`, `card.2.body.1`.
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
    /// Id of an uploaded image (`med_…`), or its web address.
    Image,
    /// Id of an uploaded video, or its web address.
    Video,
    /// Id of an uploaded document, or its web address.
    Document,
    /// The end of a button's address.
    UrlSuffix,
    /// A code of at most 20 characters.
    Code,
    /// A one-time code of at most 15 characters.
    OneTimeCode,
    /// What comes back when a quick reply is tapped; optional, at most 256 characters.
    Payload,
    /// Degrees, as a decimal number.
    Degrees,
    /// A moment, RFC 3339.
    Moment,
    /// What a form is known by when its answer comes back; optional.
    FlowToken,
    /// What a form begins with, as a JSON object; optional.
    FlowData,
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
    /// False where WhatsApp does without.
    pub required: bool,
    /// Sample value from the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// The parameters of a whole template, in order of appearance.
pub(super) fn of(components: &[Component]) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    collect(components, "", &mut parameters);
    if has_code(components) {
        let body = parameters.iter_mut().filter(|p| p.key.starts_with("body."));
        body.for_each(|p| p.kind = ParameterKind::OneTimeCode);
    }
    parameters
}

/// True when a button hands over a one-time code.
pub(super) fn has_code(components: &[Component]) -> bool {
    components.iter().any(|component| match component {
        Component::Buttons { buttons } => buttons.iter().any(|b| matches!(b, TemplateButton::Otp { .. })),
        _ => false,
    })
}

fn collect(components: &[Component], prefix: &str, into: &mut Vec<Parameter>) {
    let named = |key: &str, label: &str, kind, required| Parameter {
        key: format!("{prefix}{key}"),
        label: label.to_owned(),
        kind,
        required,
        example: None,
    };
    for component in components {
        match component {
            Component::HeaderText { text, examples } => {
                texts(&format!("{prefix}header"), text, examples, into)
            }
            Component::Body { text, examples } => texts(&format!("{prefix}body"), text, examples, into),
            Component::HeaderMedia { kind } => {
                let (label, parameter) = media(*kind);
                into.push(named("header.media", label, parameter, true));
                if *kind == HeaderKind::Document {
                    into.push(named("header.filename", "filename", ParameterKind::Text, false));
                }
            }
            Component::HeaderLocation => {
                into.push(named("header.latitude", "latitude", ParameterKind::Degrees, true));
                into.push(named(
                    "header.longitude",
                    "longitude",
                    ParameterKind::Degrees,
                    true,
                ));
                into.push(named("header.name", "name", ParameterKind::Text, true));
                into.push(named("header.address", "address", ParameterKind::Text, true));
            }
            Component::Buttons { buttons } => {
                for (index, button) in buttons.iter().enumerate() {
                    button_parameters(&format!("{prefix}button.{index}"), button, into);
                }
            }
            Component::LimitedTimeOffer { has_expiration, .. } => {
                if *has_expiration {
                    into.push(named(
                        "offer.expires_at",
                        "expires_at",
                        ParameterKind::Moment,
                        true,
                    ));
                }
            }
            Component::Carousel { cards } => {
                for (index, card) in cards.iter().enumerate() {
                    collect(&card.components, &format!("card.{index}."), into);
                }
            }
            Component::Footer { .. } | Component::Unsupported { .. } => {}
        }
    }
}

fn texts(part: &str, text: &str, examples: &BTreeMap<String, String>, into: &mut Vec<Parameter>) {
    into.extend(placeholder::keys(text).into_iter().map(|key| Parameter {
        key: format!("{part}.{key}"),
        example: examples.get(&key).cloned(),
        label: key,
        kind: ParameterKind::Text,
        required: true,
    }));
}

const fn media(kind: HeaderKind) -> (&'static str, ParameterKind) {
    match kind {
        HeaderKind::Image => ("image", ParameterKind::Image),
        HeaderKind::Video => ("video", ParameterKind::Video),
        HeaderKind::Document => ("document", ParameterKind::Document),
    }
}

fn button_parameters(key: &str, button: &TemplateButton, into: &mut Vec<Parameter>) {
    let mut push = |key: String, label: &str, kind, required, example: Option<&String>| {
        into.push(Parameter {
            key,
            label: label.to_owned(),
            kind,
            required,
            example: example.cloned(),
        });
    };
    match button {
        TemplateButton::Url { text, url, example } if !placeholder::keys(url).is_empty() => {
            push(
                key.to_owned(),
                text,
                ParameterKind::UrlSuffix,
                true,
                example.as_ref(),
            );
        }
        TemplateButton::CopyCode { example } => {
            push(
                key.to_owned(),
                "code",
                ParameterKind::Code,
                true,
                example.as_ref(),
            );
        }
        TemplateButton::QuickReply { text } => {
            push(key.to_owned(), text, ParameterKind::Payload, false, None);
        }
        TemplateButton::Flow { text } => {
            push(key.to_owned(), text, ParameterKind::FlowToken, false, None);
            push(format!("{key}.data"), text, ParameterKind::FlowData, false, None);
        }
        TemplateButton::Url { .. }
        | TemplateButton::PhoneNumber { .. }
        | TemplateButton::Otp { .. }
        | TemplateButton::Plain { .. }
        | TemplateButton::Unsupported { .. } => {}
    }
}

/// Every fault of the values; an unknown key's message is left to the caller, who knows the template's name.
pub(super) fn check(parameters: &[Parameter], values: &Values) -> Vec<FieldError> {
    let known = |key: &String| parameters.iter().any(|p| p.key == *key);
    let unknown = values.0.keys().filter(|key| !known(key));
    let faults = parameters.iter().filter_map(|p| value_fault(p, values));
    faults.chain(unknown.map(|key| fault(key, ""))).collect()
}

fn fault(key: &str, message: impl Into<String>) -> FieldError {
    FieldError {
        field: format!("parameters.{key}"),
        message: message.into(),
    }
}

fn value_fault(parameter: &Parameter, values: &Values) -> Option<FieldError> {
    let value = values.get(&parameter.key).unwrap_or_default();
    if value.is_empty() {
        return parameter
            .required
            .then(|| fault(&parameter.key, "Give a value; the template needs it."));
    }
    let limit = most(parameter.kind);
    if value.chars().count() > limit {
        return Some(fault(&parameter.key, format!("At most {limit} characters.")));
    }
    ill_formed(parameter, value).map(|message| fault(&parameter.key, message))
}

const fn most(kind: ParameterKind) -> usize {
    match kind {
        ParameterKind::OneTimeCode => 15,
        ParameterKind::Code => 20,
        ParameterKind::Degrees => 32,
        ParameterKind::Moment => 64,
        ParameterKind::Payload | ParameterKind::FlowToken => 256,
        ParameterKind::UrlSuffix | ParameterKind::Image | ParameterKind::Video | ParameterKind::Document => {
            2_000
        }
        ParameterKind::FlowData => 4_096,
        ParameterKind::Text => 1_024,
    }
}

fn ill_formed(parameter: &Parameter, value: &str) -> Option<&'static str> {
    let (fine, message) = match parameter.kind {
        ParameterKind::Text | ParameterKind::OneTimeCode => (
            !value.contains(['\n', '\r', '\t']) && !value.contains("     "),
            "No line breaks, tabs or more than four spaces in a row: WhatsApp refuses them.",
        ),
        ParameterKind::Image | ParameterKind::Video | ParameterKind::Document => (
            value.starts_with("https://") || value.parse::<MediaId>().is_ok(),
            "Give the id of an uploaded file, med_…, or an address that starts with https://.",
        ),
        ParameterKind::Degrees => {
            let most = if parameter.key.ends_with("latitude") {
                90.0
            } else {
                180.0
            };
            let fine = value.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most);
            (
                fine,
                "Give degrees as a decimal number: at most 90 north or south, 180 east or west.",
            )
        }
        ParameterKind::Moment => (
            OffsetDateTime::parse(value, &Rfc3339).is_ok(),
            "Give a moment as 2026-12-24T18:00:00Z.",
        ),
        ParameterKind::FlowData => (
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(value).is_ok(),
            "Give a JSON object.",
        ),
        ParameterKind::UrlSuffix
        | ParameterKind::Code
        | ParameterKind::Payload
        | ParameterKind::FlowToken => (true, ""),
    };
    (!fine).then_some(message)
}

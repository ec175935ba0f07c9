//! Templates: components, the parameter schema derived from them, the check and the renderer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::FieldError;

mod draft;
mod parameters;
mod placeholder;
mod render;

pub use draft::{NewTemplate, OneTimeCode, SupportedApp};
pub use parameters::{Parameter, ParameterKind, Values};
pub use render::{Rendered, RenderedButton, RenderedHeader, RenderedOffer};

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
    /// A place above the body.
    HeaderLocation,
    /// The end of an offer, counted down to.
    LimitedTimeOffer {
        /// At most 16 characters.
        text: String,
        /// True when each send names the end.
        has_expiration: bool,
    },
    /// Cards side by side, each with parts of its own.
    Carousel {
        /// Two to ten.
        cards: Vec<Card>,
    },
    /// A part that this version can't send: templates with one are shown, not sent.
    Unsupported {
        /// The provider's type.
        kind: String,
    },
}

/// A card of a carousel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Card {
    /// Its header, body and buttons.
    #[schema(no_recursion)]
    pub components: Vec<Component>,
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
    /// Copies or fills in a one-time code: the value of the body.
    Otp {
        /// Its text.
        text: String,
        /// COPY_CODE, ONE_TAP or ZERO_TAP, as far as known.
        otp_type: String,
    },
    /// Opens a form.
    Flow {
        /// At most 25 characters.
        text: String,
    },
    /// A button that takes no value, such as one that calls.
    Plain {
        /// The provider's type.
        provider_type: String,
        /// Its text.
        #[serde(default)]
        text: String,
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

impl Template {
    /// The parameters that a send must fill, in order of appearance.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        parameters::of(&self.components)
    }

    /// True when it carries a one-time code, which WhatsApp delivers to phone numbers only, never to a user id.
    #[must_use]
    pub fn needs_phone(&self) -> bool {
        parameters::has_code(&self.components)
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
        unknown_part(&self.components)
    }

    /// Every fault of the values against the parameters; empty when the template can be rendered and sent.
    #[must_use]
    pub fn check(&self, values: &Values) -> Vec<FieldError> {
        let mut faults = parameters::check(&self.parameters(), values);
        for fault in &mut faults {
            if fault.message.is_empty() {
                fault.message = format!(
                    "The template {} ({}) has no such parameter.",
                    self.name, self.language
                );
            }
        }
        faults
    }

    /// What the customer will see; missing values show as their placeholder.
    #[must_use]
    pub fn render(&self, values: &Values) -> Rendered {
        render::render(&self.components, "", values)
    }
}

/// Splits a body or header text into the keys of its placeholders, in order, without repeats.
#[must_use]
pub fn placeholder_keys(text: &str) -> Vec<String> {
    placeholder::keys(text)
}

/// The first part or button that no send from here can fill.
fn unknown_part(components: &[Component]) -> Option<String> {
    components.iter().find_map(|component| match component {
        Component::Unsupported { kind } => Some(format!(
            "The template has a part of type {kind}, which can't be sent from here yet."
        )),
        Component::Buttons { buttons } => buttons.iter().find_map(|button| match button {
            TemplateButton::Unsupported { provider_type, .. } => Some(format!(
                "The template has a button of type {provider_type}, which can't be sent from here yet."
            )),
            _ => None,
        }),
        Component::Carousel { cards } => cards.iter().find_map(|card| unknown_part(&card.components)),
        _ => None,
    })
}

#[cfg(test)]
mod tests;

//! Templates as Graph lists them.

use std::collections::BTreeMap;

use domain::template::{Card, Component, HeaderKind, Template, TemplateButton, placeholder_keys};
use serde_json::Value;

use super::wire::score;

/// Fields asked of `GET /{waba}/message_templates`.
pub(super) const FIELDS: &str =
    "id,name,status,category,language,components,quality_score,rejected_reason,parameter_format";

/// Begins the address behind the button of a one-time code.
const OTP_ADDRESS: &str = "https://www.whatsapp.com/otp/";

/// One template; `None` when it has no name, which no send could use.
pub(super) fn read(node: &Value) -> Option<Template> {
    let field = |name: &str| text(node, name);
    let components = node
        .get("components")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    Some(Template {
        provider_id: field("id").unwrap_or_default(),
        name: field("name")?,
        language: field("language")?,
        category: field("category").unwrap_or_default(),
        status: field("status").unwrap_or_default(),
        quality: node.get("quality_score").and_then(score),
        rejected_reason: field("rejected_reason").filter(|reason| reason != "NONE"),
        components: components.iter().map(component).collect(),
    })
}

fn component(node: &Value) -> Component {
    let kind = text(node, "type").unwrap_or_default().to_uppercase();
    match kind.as_str() {
        "HEADER" => header(node),
        "BODY" => {
            let (text, examples) = text_with_examples(node, "body_text");
            Component::Body { text, examples }
        }
        "FOOTER" => Component::Footer {
            text: text(node, "text").unwrap_or_default(),
        },
        "BUTTONS" => {
            let buttons = node
                .get("buttons")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            Component::Buttons {
                buttons: buttons.iter().map(button).collect(),
            }
        }
        "LIMITED_TIME_OFFER" => {
            let offer = node.get("limited_time_offer").unwrap_or(node);
            let expires = offer.get("has_expiration").and_then(Value::as_bool);
            Component::LimitedTimeOffer {
                text: text(offer, "text").unwrap_or_default(),
                has_expiration: expires.unwrap_or_default(),
            }
        }
        "CAROUSEL" => carousel(node).unwrap_or(Component::Unsupported { kind }),
        _ => Component::Unsupported { kind },
    }
}

/// Cards with media; product cards need a catalogue and stay unsupported.
fn carousel(node: &Value) -> Option<Component> {
    let cards = node.get("cards")?.as_array()?.iter().map(|card| {
        let parts = card.get("components")?.as_array()?;
        let components = parts.iter().map(component).collect();
        Some(Card { components })
    });
    let cards = cards.collect::<Option<Vec<_>>>()?;
    (!cards.is_empty()).then_some(Component::Carousel { cards })
}

fn header(node: &Value) -> Component {
    let format = text(node, "format").unwrap_or_default().to_uppercase();
    let kind = match format.as_str() {
        "TEXT" => {
            let (text, examples) = text_with_examples(node, "header_text");
            return Component::HeaderText { text, examples };
        }
        "IMAGE" => HeaderKind::Image,
        "VIDEO" => HeaderKind::Video,
        "DOCUMENT" => HeaderKind::Document,
        "LOCATION" => return Component::HeaderLocation,
        _ => {
            return Component::Unsupported {
                kind: format!("HEADER {format}"),
            };
        }
    };
    Component::HeaderMedia { kind }
}

/// Samples by key: a list in order of position (body: a list of such lists), or named pairs.
fn text_with_examples(node: &Value, field: &str) -> (String, BTreeMap<String, String>) {
    let text = text(node, "text").unwrap_or_default();
    let Some(example) = node.get("example") else {
        return (text, BTreeMap::new());
    };
    let named = example
        .get(format!("{field}_named_params"))
        .and_then(Value::as_array);
    if let Some(pairs) = named {
        let pair = |pair: &Value| Some((self::text(pair, "param_name")?, self::text(pair, "example")?));
        let examples = pairs.iter().filter_map(pair).collect();
        return (text, examples);
    }
    let outer = example
        .get(field)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let samples = outer
        .first()
        .and_then(Value::as_array)
        .map_or(outer, Vec::as_slice);
    let examples = placeholder_keys(&text)
        .into_iter()
        .zip(samples)
        .filter_map(|(key, sample)| Some((key, plain(sample)?)))
        .collect();
    (text, examples)
}

fn button(node: &Value) -> TemplateButton {
    let provider_type = text(node, "type").unwrap_or_default().to_uppercase();
    let label = text(node, "text").unwrap_or_default();
    match provider_type.as_str() {
        "QUICK_REPLY" => TemplateButton::QuickReply { text: label },
        "OTP" => TemplateButton::Otp {
            text: label,
            otp_type: text(node, "otp_type").unwrap_or_default().to_uppercase(),
        },
        // How an approved one-time code is listed: an address that takes the code.
        "URL" if text(node, "url").is_some_and(|url| url.starts_with(OTP_ADDRESS)) => TemplateButton::Otp {
            text: label,
            otp_type: String::new(),
        },
        "FLOW" => TemplateButton::Flow { text: label },
        "CATALOG" | "VOICE_CALL" | "REQUEST_CONTACT_INFO" => TemplateButton::Plain {
            provider_type,
            text: label,
        },
        "URL" => TemplateButton::Url {
            text: label,
            url: text(node, "url").unwrap_or_default(),
            example: first_example(node),
        },
        "PHONE_NUMBER" => TemplateButton::PhoneNumber {
            text: label,
            phone_number: text(node, "phone_number").unwrap_or_default(),
        },
        "COPY_CODE" => TemplateButton::CopyCode {
            example: first_example(node),
        },
        _ => TemplateButton::Unsupported {
            provider_type,
            text: label,
        },
    }
}

/// A button's sample: a text, or a list with one.
fn first_example(node: &Value) -> Option<String> {
    let example = node.get("example")?;
    plain(
        example
            .as_array()
            .and_then(|list| list.first())
            .unwrap_or(example),
    )
}

fn text(node: &Value, field: &str) -> Option<String> {
    plain(node.get(field)?)
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace('\0', "")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

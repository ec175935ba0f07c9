//! A template with its values, as Graph takes it.

use domain::{
    ports::{FaultClass, ProviderFault, ProviderResult},
    template::{Component, HeaderKind, Template, TemplateButton, Values, placeholder_keys},
};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Uploads, errors, object};

/// The template object; components without values are left out.
pub(super) fn filled(template: &Template, values: &Values, uploads: &Uploads<'_>) -> ProviderResult<Value> {
    let filler = Filler {
        values,
        uploads,
        prefix: String::new(),
        code: template.needs_phone(),
    };
    let components = filler.components(&template.components)?;
    Ok(object([
        ("name", Some(json!(template.name))),
        ("language", Some(json!({"code": template.language}))),
        (
            "components",
            (!components.is_empty()).then_some(Value::Array(components)),
        ),
    ]))
}

struct Filler<'a> {
    values: &'a Values,
    uploads: &'a Uploads<'a>,
    /// Of the keys: empty, or `card.2.`.
    prefix: String,
    /// True when a button repeats the body's one-time code.
    code: bool,
}

fn missing(what: &str) -> ProviderFault {
    errors::own(
        FaultClass::Invalid,
        &format!("The template needs {what}, which was not given."),
    )
}

impl Filler<'_> {
    fn given(&self, key: &str) -> Option<&str> {
        let value = self.values.get(&format!("{}{key}", self.prefix));
        value.filter(|value| !value.is_empty())
    }

    fn needed(&self, key: &str) -> ProviderResult<&str> {
        let needed = self.given(key);
        needed.ok_or_else(|| missing(&format!("the value {}{key}", self.prefix)))
    }

    fn components(&self, components: &[Component]) -> ProviderResult<Vec<Value>> {
        let mut filled = Vec::new();
        for component in components {
            match component {
                Component::HeaderText { text, .. } => filled.extend(self.texts("header", text)?),
                Component::Body { text, .. } => filled.extend(self.texts("body", text)?),
                Component::HeaderMedia { kind } => filled.push(part("header", json!([self.media(*kind)?]))),
                Component::HeaderLocation => filled.push(part("header", json!([self.location()?]))),
                Component::Buttons { buttons } => {
                    for (index, button) in buttons.iter().enumerate() {
                        filled.extend(self.button(index, button)?);
                    }
                }
                Component::LimitedTimeOffer { has_expiration, .. } => {
                    if *has_expiration {
                        filled.push(self.offer()?);
                    }
                }
                Component::Carousel { cards } => {
                    let mut bodies = Vec::with_capacity(cards.len());
                    for (index, card) in cards.iter().enumerate() {
                        let card_filler = Filler {
                            prefix: format!("card.{index}."),
                            ..*self
                        };
                        let components = card_filler.components(&card.components)?;
                        bodies.push(json!({"card_index": index, "components": components}));
                    }
                    filled.push(json!({"type": "carousel", "cards": bodies}));
                }
                Component::Footer { .. } | Component::Unsupported { .. } => {}
            }
        }
        Ok(filled)
    }

    /// Header or body parameters: by position when every key is a number, by name otherwise.
    fn texts(&self, part_name: &str, text: &str) -> ProviderResult<Option<Value>> {
        let keys = placeholder_keys(text);
        if keys.is_empty() {
            return Ok(None);
        }
        let positional = keys.iter().all(|key| key.parse::<u32>().is_ok());
        let mut parameters = Vec::with_capacity(keys.len());
        for key in keys {
            let value = self.needed(&format!("{part_name}.{key}"))?;
            parameters.push(object([
                ("type", Some(json!("text"))),
                ("parameter_name", (!positional).then(|| json!(key))),
                ("text", Some(json!(value))),
            ]));
        }
        Ok(Some(part(part_name, Value::Array(parameters))))
    }

    fn media(&self, kind: HeaderKind) -> ProviderResult<Value> {
        let value = self.needed("header.media")?;
        let id = value.parse().ok();
        let source = self.uploads.source(id, id.is_none().then_some(value));
        let kind: &'static str = kind.into();
        let media = object([
            source.map_err(|_| missing("its header's picture, film or file"))?,
            ("filename", self.given("header.filename").map(|name| json!(name))),
        ]);
        Ok(json!({"type": kind, kind: media}))
    }

    fn location(&self) -> ProviderResult<Value> {
        let location = json!({
            "latitude": self.needed("header.latitude")?, "longitude": self.needed("header.longitude")?,
            "name": self.needed("header.name")?, "address": self.needed("header.address")?,
        });
        Ok(json!({"type": "location", "location": location}))
    }

    fn offer(&self) -> ProviderResult<Value> {
        let at = OffsetDateTime::parse(self.needed("offer.expires_at")?, &Rfc3339);
        let at = at.map_err(|_| missing("the end of its offer as a moment"))?;
        let millis = i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX);
        let offer =
            json!({"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": millis}});
        Ok(part("limited_time_offer", json!([offer])))
    }

    fn button(&self, index: usize, button: &TemplateButton) -> ProviderResult<Option<Value>> {
        let key = format!("button.{index}");
        let (sub_type, parameter) = match button {
            TemplateButton::Url { url, .. } if !placeholder_keys(url).is_empty() => {
                ("url", json!({"type": "text", "text": self.needed(&key)?}))
            }
            TemplateButton::CopyCode { .. } => (
                "copy_code",
                json!({"type": "coupon_code", "coupon_code": self.needed(&key)?}),
            ),
            // Copying, one tap and no tap alike: the button repeats the code of the body.
            TemplateButton::Otp { .. } if self.code => {
                ("url", json!({"type": "text", "text": self.needed("body.1")?}))
            }
            TemplateButton::QuickReply { .. } => match self.given(&key) {
                Some(payload) => ("quick_reply", json!({"type": "payload", "payload": payload})),
                None => return Ok(None),
            },
            TemplateButton::Flow { .. } => ("flow", json!({"type": "action", "action": self.flow(&key)?})),
            _ => return Ok(None),
        };
        Ok(Some(json!({
            "type": "button", "sub_type": sub_type, "index": index.to_string(), "parameters": [parameter],
        })))
    }

    fn flow(&self, key: &str) -> ProviderResult<Value> {
        let data = self
            .given(&format!("{key}.data"))
            .map(serde_json::from_str::<Value>);
        let data = data
            .transpose()
            .map_err(|_| missing("its form's data as a JSON object"))?;
        Ok(object([
            ("flow_token", Some(json!(self.given(key).unwrap_or("unused")))),
            ("flow_action_data", data),
        ]))
    }
}

fn part(kind: &str, parameters: Value) -> Value {
    json!({"type": kind, "parameters": parameters})
}

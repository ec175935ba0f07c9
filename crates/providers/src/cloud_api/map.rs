//! From the conversation model to the wire.

use std::borrow::Cow;

use domain::{
    channel::Recipient,
    content::{ButtonsMessage, ReplyButton},
    ports::{FaultClass, OutboundMessage, Payload, ProviderFault},
    template::{Component, HeaderKind, Template, TemplateButton, Values, placeholder_keys},
};

use super::{errors, wire};

/// The body of a send; fails when a part is missing that only the caller can give.
pub(super) fn message(message: &OutboundMessage) -> Result<wire::Message<'_>, ProviderFault> {
    let (to, recipient) = match &message.to {
        // Without the plus, the business number's country code would be put in front.
        Recipient::Phone(digits) => (Some(format!("+{}", digits.trim_start_matches('+'))), None),
        Recipient::UserId(id) => (None, Some(id.as_str())),
    };
    let content = match &message.payload {
        Payload::Text { body } => wire::Content::Text {
            text: wire::Text { body },
        },
        Payload::Image {
            provider_media_id,
            caption,
        } => wire::Content::Image {
            image: wire::Media {
                id: provider_media_id,
                caption: caption.as_deref().filter(|text| !text.is_empty()),
            },
        },
        Payload::Template {
            template,
            values,
            header_media_id,
        } => wire::Content::Template {
            template: filled(template, values, header_media_id.as_deref())?,
        },
        Payload::Buttons(buttons) => wire::Content::Interactive {
            interactive: interactive(buttons),
        },
    };
    Ok(wire::Message {
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to,
        recipient,
        context: message
            .reply_to
            .as_deref()
            .map(|message_id| wire::Context { message_id }),
        biz_opaque_callback_data: message.message_id.to_string(),
        content,
    })
}

fn interactive(message: &ButtonsMessage) -> wire::Interactive<'_> {
    fn given(text: Option<&String>) -> Option<&str> {
        text.map(String::as_str).filter(|text| !text.is_empty())
    }
    fn button(ReplyButton { id, title }: &ReplyButton) -> wire::Button<'_> {
        wire::Button {
            kind: "reply",
            reply: wire::Reply { id, title },
        }
    }
    wire::Interactive {
        kind: "button",
        header: given(message.header.as_ref()).map(|text| wire::Header { kind: "text", text }),
        body: wire::Words { text: &message.body },
        footer: given(message.footer.as_ref()).map(|text| wire::Words { text }),
        action: wire::Action {
            buttons: message.buttons.iter().map(button).collect(),
        },
    }
}

fn filled<'a>(
    template: &'a Template,
    values: &'a Values,
    header_media_id: Option<&'a str>,
) -> Result<wire::Template<'a>, ProviderFault> {
    let mut components = Vec::new();
    for component in &template.components {
        match component {
            Component::HeaderText { text, .. } => components.extend(texts("header", text, values)?),
            Component::Body { text, .. } => components.extend(texts("body", text, values)?),
            Component::HeaderMedia { kind } => {
                let id = header_media_id.ok_or_else(|| missing("its header's picture, film or file"))?;
                components.push(wire::Component {
                    parameters: vec![media(*kind, id)],
                    ..part("header")
                });
            }
            Component::Buttons { buttons } => {
                for (index, given) in buttons.iter().enumerate() {
                    components.extend(button(index, given, values)?);
                }
            }
            Component::Footer { .. } | Component::Unsupported { .. } => {}
        }
    }
    Ok(wire::Template {
        name: &template.name,
        language: wire::Language {
            code: &template.language,
        },
        components,
    })
}

const fn part<'a>(kind: &'static str) -> wire::Component<'a> {
    wire::Component {
        kind,
        sub_type: None,
        index: None,
        parameters: Vec::new(),
    }
}

fn missing(what: &str) -> ProviderFault {
    errors::own(
        FaultClass::Invalid,
        &format!("The template needs {what}, which was not given."),
    )
}

/// Header or body parameters: by position when every key is a number, by name otherwise.
fn texts<'a>(
    part_name: &'static str,
    text: &str,
    values: &'a Values,
) -> Result<Option<wire::Component<'a>>, ProviderFault> {
    let keys = placeholder_keys(text);
    if keys.is_empty() {
        return Ok(None);
    }
    let positional = keys.iter().all(|key| key.parse::<u32>().is_ok());
    let mut parameters = Vec::with_capacity(keys.len());
    for key in keys {
        let name = format!("{part_name}.{key}");
        let value = values
            .get(&name)
            .ok_or_else(|| missing(&format!("the value {name}")))?;
        let parameter_name = (!positional).then_some(key);
        parameters.push(wire::Parameter::Text {
            parameter_name,
            text: Cow::Borrowed(value),
        });
    }
    Ok(Some(wire::Component {
        parameters,
        ..part(part_name)
    }))
}

const fn media(kind: HeaderKind, id: &str) -> wire::Parameter<'_> {
    let media = wire::Media { id, caption: None };
    match kind {
        HeaderKind::Image => wire::Parameter::Image { image: media },
        HeaderKind::Video => wire::Parameter::Video { video: media },
        HeaderKind::Document => wire::Parameter::Document { document: media },
    }
}

fn button<'a>(
    index: usize,
    button: &TemplateButton,
    values: &'a Values,
) -> Result<Option<wire::Component<'a>>, ProviderFault> {
    let key = format!("button.{index}");
    let value = values.get(&key).filter(|value| !value.is_empty());
    let needed = || value.ok_or_else(|| missing(&format!("the value {key}")));
    let (sub_type, parameter) = match button {
        TemplateButton::Url { url, .. } if !placeholder_keys(url).is_empty() => (
            "url",
            wire::Parameter::Text {
                parameter_name: None,
                text: Cow::Borrowed(needed()?),
            },
        ),
        TemplateButton::CopyCode { .. } => (
            "copy_code",
            wire::Parameter::CouponCode {
                coupon_code: needed()?,
            },
        ),
        TemplateButton::QuickReply { .. } => match value {
            Some(payload) => ("quick_reply", wire::Parameter::Payload { payload }),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let parameters = vec![parameter];
    Ok(Some(wire::Component {
        sub_type: Some(sub_type),
        index: Some(index.to_string()),
        parameters,
        ..part("button")
    }))
}

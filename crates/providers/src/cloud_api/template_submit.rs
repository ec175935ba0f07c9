//! Templates to Graph: submitting, samples, deleting.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    ports::{FaultClass, MediaBytes, ProviderResult, SubmittedTemplate},
    template::{Component, HeaderKind, NewTemplate, OneTimeCode, TemplateButton, placeholder_keys},
};
use egress::HeaderName;
use serde_json::{Value, json};

use super::{
    client::Graph,
    errors,
    map::object,
    media,
    wire::{Submitted, Success, UploadHandle, Uploaded},
};

/// Time for the largest sample over a slow line.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(180);

pub(super) async fn create(
    graph: &Graph<'_>,
    template: &NewTemplate,
    samples: &BTreeMap<String, String>,
) -> ProviderResult<SubmittedTemplate> {
    let request = graph.post(&[&graph.connection.provider_waba_id, "message_templates"])?;
    let submitted: Submitted = graph.call(request.json(&body(template, samples)?)).await?;
    Ok(submitted.into_domain(&template.category))
}

pub(super) async fn delete(graph: &Graph<'_>, name: &str, provider_id: &str) -> ProviderResult<()> {
    let request = graph.delete(&[&graph.connection.provider_waba_id, "message_templates"])?;
    let request = request.query([("hsm_id", provider_id), ("name", name)]);
    graph.call::<Success>(request).await.and_then(Success::check)
}

/// Two calls: the first announces the file, the second brings it.
pub(super) async fn upload_sample(
    graph: &Graph<'_>,
    app_id: &str,
    sample: MediaBytes,
) -> ProviderResult<String> {
    let length = sample.bytes.len().to_string();
    let name = format!("sample.{}", media::extension(&sample.mime_type));
    let announced = graph.post(&[app_id, "uploads"])?.query([
        ("file_name", name.as_str()),
        ("file_length", length.as_str()),
        ("file_type", sample.mime_type.as_str()),
    ]);
    let upload: Uploaded = graph.call(announced).await?;
    let brought = graph
        .resume_upload(&upload.id.0)?
        .header(HeaderName::from_static("file_offset"), "0")
        .timeout(UPLOAD_TIMEOUT)
        .body(&sample.mime_type, sample.bytes);
    Ok(graph.call::<UploadHandle>(brought).await?.h)
}

fn body(template: &NewTemplate, samples: &BTreeMap<String, String>) -> ProviderResult<Value> {
    let components = match &template.one_time_code {
        Some(code) => one_time_code(code),
        None => components(&template.components, "", samples)?,
    };
    let texts = template
        .components
        .iter()
        .filter_map(|component| match component {
            Component::Body { text, .. } | Component::HeaderText { text, .. } => Some(text),
            _ => None,
        });
    let mut keys = texts.flat_map(|text| placeholder_keys(text));
    let named = keys.any(|key| key.parse::<u32>().is_err());
    Ok(object([
        ("name", Some(json!(template.name))),
        ("language", Some(json!(template.language))),
        ("category", Some(json!(template.category))),
        ("components", Some(Value::Array(components))),
        ("parameter_format", named.then(|| json!("NAMED"))),
        (
            "message_send_ttl_seconds",
            template.ttl_seconds.map(|ttl| json!(ttl)),
        ),
    ]))
}

fn one_time_code(code: &OneTimeCode) -> Vec<Value> {
    let mut components =
        vec![json!({"type": "BODY", "add_security_recommendation": code.add_security_recommendation})];
    if let Some(minutes) = code.code_expiration_minutes {
        components.push(json!({"type": "FOOTER", "code_expiration_minutes": minutes}));
    }
    let apps = (!code.supported_apps.is_empty()).then(|| json!(code.supported_apps));
    let button = object([
        ("type", Some(json!("OTP"))),
        ("otp_type", Some(json!(code.otp_type))),
        ("text", code.button_text.as_ref().map(|text| json!(text))),
        (
            "zero_tap_terms_accepted",
            (code.otp_type == "ZERO_TAP").then_some(Value::Bool(true)),
        ),
        ("supported_apps", apps),
    ]);
    components.push(json!({"type": "BUTTONS", "buttons": [button]}));
    components
}

fn components(
    parts: &[Component],
    prefix: &str,
    samples: &BTreeMap<String, String>,
) -> ProviderResult<Vec<Value>> {
    parts
        .iter()
        .map(|part| component(part, prefix, samples))
        .collect()
}

fn component(part: &Component, prefix: &str, samples: &BTreeMap<String, String>) -> ProviderResult<Value> {
    Ok(match part {
        Component::HeaderText { text, examples } => object([
            ("type", Some(json!("HEADER"))),
            ("format", Some(json!("TEXT"))),
            ("text", Some(json!(text))),
            ("example", examples_of("header_text", text, examples)),
        ]),
        Component::HeaderMedia { kind } => {
            let key = format!("{prefix}header.media");
            let handle = samples
                .get(&key)
                .ok_or_else(|| unsubmittable(&format!("a header without a sample ({key})")))?;
            let format = match kind {
                HeaderKind::Image => "IMAGE",
                HeaderKind::Video => "VIDEO",
                HeaderKind::Document => "DOCUMENT",
            };
            json!({"type": "HEADER", "format": format, "example": {"header_handle": [handle]}})
        }
        Component::HeaderLocation => json!({"type": "HEADER", "format": "LOCATION"}),
        Component::Body { text, examples } => object([
            ("type", Some(json!("BODY"))),
            ("text", Some(json!(text))),
            ("example", examples_of("body_text", text, examples)),
        ]),
        Component::Footer { text } => json!({"type": "FOOTER", "text": text}),
        Component::Buttons { buttons } => {
            let buttons = buttons.iter().map(button).collect::<ProviderResult<Vec<_>>>()?;
            json!({"type": "BUTTONS", "buttons": buttons})
        }
        Component::LimitedTimeOffer { text, has_expiration } => json!({
            "type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": text, "has_expiration": has_expiration},
        }),
        Component::Carousel { cards } => {
            let mut bodies = Vec::with_capacity(cards.len());
            for (index, card) in cards.iter().enumerate() {
                bodies.push(
                    json!({"components": components(&card.components, &format!("card.{index}."), samples)?}),
                );
            }
            json!({"type": "CAROUSEL", "cards": bodies})
        }
        Component::Unsupported { kind } => return Err(unsubmittable(&format!("a part of type {kind}"))),
    })
}

/// The `example` of a text; `None` when it has no variables.
fn examples_of(field: &str, text: &str, examples: &BTreeMap<String, String>) -> Option<Value> {
    let keys = placeholder_keys(text);
    let sample = |key: &String| examples.get(key).cloned().unwrap_or_default();
    if keys.is_empty() {
        return None;
    }
    if keys.iter().any(|key| key.parse::<u32>().is_err()) {
        let pairs: Vec<_> = keys
            .iter()
            .map(|key| json!({"param_name": key, "example": sample(key)}))
            .collect();
        return Some(json!({format!("{field}_named_params"): pairs}));
    }
    let samples: Vec<_> = keys.iter().map(sample).collect();
    // The body's samples are a list of lists, the header's one list.
    Some(if field == "body_text" {
        json!({field: [samples]})
    } else {
        json!({field: samples})
    })
}

fn button(button: &TemplateButton) -> ProviderResult<Value> {
    Ok(match button {
        TemplateButton::QuickReply { text } => json!({"type": "QUICK_REPLY", "text": text}),
        TemplateButton::Url { text, url, example } => object([
            ("type", Some(json!("URL"))),
            ("text", Some(json!(text))),
            ("url", Some(json!(url))),
            ("example", example.as_ref().map(|example| json!([example]))),
        ]),
        TemplateButton::PhoneNumber { text, phone_number } => {
            json!({"type": "PHONE_NUMBER", "text": text, "phone_number": phone_number})
        }
        TemplateButton::CopyCode { example } => json!({"type": "COPY_CODE", "example": example}),
        TemplateButton::Otp { .. }
        | TemplateButton::Flow { .. }
        | TemplateButton::Plain { .. }
        | TemplateButton::Unsupported { .. } => return Err(unsubmittable("a button of this kind")),
    })
}

fn unsubmittable(what: &str) -> domain::ports::ProviderFault {
    errors::own(
        FaultClass::Invalid,
        &format!("The template has {what}, which can't be submitted from here."),
    )
}

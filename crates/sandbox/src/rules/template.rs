//! Whether a template send fits the template, and what the customer then sees.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{length, limits, list_at, text_at};
use crate::graph::error::GraphError;

/// Names of the `{{…}}` variables of a text, in order of first appearance.
pub(crate) fn variables(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, tail)) = rest.split_once("{{") {
        let Some((name, after)) = tail.split_once("}}") else {
            break;
        };
        let name = name.trim();
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        rest = after;
    }
    names
}

fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, after)) = tail.split_once("}}") else {
            filled.push_str("{{");
            rest = tail;
            continue;
        };
        filled.push_str(values.get(name.trim()).map_or("", String::as_str));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// A component of a template or of a send, by its type in any case.
fn component<'a>(components: &'a [Value], kind: &str) -> Option<&'a Value> {
    components
        .iter()
        .find(|part| text_at(part, "/type").is_some_and(|own| own.eq_ignore_ascii_case(kind)))
}

fn parameter_text(part: &str, parameter: &Value) -> Result<String, GraphError> {
    let text = match text_at(parameter, "/type").unwrap_or("text") {
        "text" => text_at(parameter, "/text"),
        "currency" => text_at(parameter, "/currency/fallback_value"),
        "date_time" => text_at(parameter, "/date_time/fallback_value"),
        other => {
            return Err(GraphError::coded(
                132012,
                format!(
                    "{part}: Format mismatch, expected TEXT, received {}",
                    other.to_uppercase()
                ),
            ));
        }
    };
    let text = text
        .filter(|text| !text.is_empty())
        .ok_or_else(|| GraphError::missing(format!("{part}: a text parameter has no text")))?;
    if text.contains(['\n', '\t']) || text.contains("     ") {
        return Err(GraphError::coded(
            132018,
            format!(
                "{part}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
            ),
        ));
    }
    Ok(text.to_owned())
}

/// Matches the text parameters of one component against its variables.
fn values(
    part: &str,
    text: &str,
    parameters: &[Value],
    named: bool,
) -> Result<BTreeMap<String, String>, GraphError> {
    let expected = variables(text);
    if expected.len() != parameters.len() {
        return Err(GraphError::coded(
            132000,
            format!(
                "{part}: number of localizable_params ({}) does not match the expected number of params ({})",
                parameters.len(),
                expected.len()
            ),
        ));
    }
    let mut values = BTreeMap::new();
    for (position, parameter) in parameters.iter().enumerate() {
        let name = if named {
            text_at(parameter, "/parameter_name")
                .filter(|name| expected.iter().any(|known| known == name))
                .ok_or_else(|| {
                    GraphError::coded(132012, format!("{part}: Parameter name is missing or empty"))
                })?
                .to_owned()
        } else {
            (position + 1).to_string()
        };
        values.insert(name, parameter_text(part, parameter)?);
    }
    if values.len() != expected.len() {
        return Err(GraphError::coded(
            132012,
            format!("{part}: Parameter names are not unique"),
        ));
    }
    Ok(values)
}

/// Fills a template with the parameters of a send; the answer is what the phone shows
/// (`name`, `language`, `header`, `body`, `footer`, `buttons`).
pub(crate) fn render(components: &[Value], named: bool, send: &Value) -> Result<Value, GraphError> {
    let given = list_at(send, "/components");
    let header = component(components, "HEADER")
        .map(|own| header(own, given, named))
        .transpose()?;
    if header.is_none() && component(given, "header").is_some() {
        return Err(GraphError::coded(
            132000,
            "header: number of localizable_params (1) does not match the expected number of params (0)",
        ));
    }
    let body_text = component(components, "BODY")
        .and_then(|body| text_at(body, "/text"))
        .unwrap_or_default();
    let body_parameters = component(given, "body").map_or(&[][..], |body| list_at(body, "/parameters"));
    let body = fill(body_text, &values("body", body_text, body_parameters, named)?);
    if length(&body) > limits::TEMPLATE_BODY {
        return Err(GraphError::coded(
            132005,
            "body: the text is longer than 1024 characters once filled in",
        ));
    }
    let buttons = component(components, "BUTTONS").map_or(&[][..], |own| list_at(own, "/buttons"));
    Ok(json!({
        "name": text_at(send, "/name"),
        "language": text_at(send, "/language/code"),
        "header": header,
        "body": body,
        "footer": component(components, "FOOTER").and_then(|footer| text_at(footer, "/text")),
        "buttons": self::buttons(buttons, given)?,
    }))
}

fn header(own: &Value, given: &[Value], named: bool) -> Result<Value, GraphError> {
    let format = text_at(own, "/format").unwrap_or("TEXT").to_uppercase();
    let parameters = component(given, "header").map_or(&[][..], |header| list_at(header, "/parameters"));
    if format == "TEXT" {
        let text = text_at(own, "/text").unwrap_or_default();
        let filled = fill(text, &values("header", text, parameters, named)?);
        return Ok(json!({"format": "TEXT", "text": filled}));
    }
    let kind = format.to_lowercase();
    let received = parameters
        .first()
        .and_then(|parameter| text_at(parameter, "/type"))
        .unwrap_or("UNKNOWN");
    if received != kind || parameters.len() != 1 {
        return Err(GraphError::coded(
            132012,
            format!(
                "header: Format mismatch, expected {format}, received {}",
                received.to_uppercase()
            ),
        ));
    }
    let content = parameters
        .first()
        .and_then(|parameter| parameter.get(&kind))
        .unwrap_or(&Value::Null);
    if kind != "location" {
        super::message::media(&kind, content)?;
    }
    Ok(json!({"format": format, kind: content}))
}

fn buttons(own: &[Value], given: &[Value]) -> Result<Vec<Value>, GraphError> {
    let mut shown = Vec::with_capacity(own.len());
    for (index, button) in own.iter().enumerate() {
        let sent = given.iter().find(|part| {
            text_at(part, "/type").is_some_and(|kind| kind.eq_ignore_ascii_case("button"))
                && part.get("index").is_some_and(|own| match own {
                    Value::String(text) => text.parse() == Ok(index),
                    other => other.as_u64() == u64::try_from(index).ok(),
                })
        });
        shown.push(shown_button(index, button, sent)?);
    }
    let sent_buttons = given
        .iter()
        .filter(|part| text_at(part, "/type").is_some_and(|kind| kind.eq_ignore_ascii_case("button")));
    if sent_buttons.count() > own.len() {
        return Err(GraphError::coded(
            132000,
            "buttons: more button parameters than buttons in the template",
        ));
    }
    Ok(shown)
}

fn shown_button(index: usize, button: &Value, sent: Option<&Value>) -> Result<Value, GraphError> {
    let kind = text_at(button, "/type").unwrap_or("QUICK_REPLY").to_uppercase();
    let label = text_at(button, "/text").unwrap_or_default();
    let parameter = |pointer: &str| sent.and_then(|part| text_at(part, &format!("/parameters/0{pointer}")));
    let needs = |what: &str| {
        GraphError::missing(format!(
            "buttons: Button at index {index} of type {what} requires a parameter"
        ))
    };
    Ok(match kind.as_str() {
        "QUICK_REPLY" => {
            json!({"type": kind, "text": label, "payload": parameter("/payload").unwrap_or(label)})
        }
        "URL" | "OTP" => {
            let address = text_at(button, "/url").unwrap_or_default();
            let wanted = kind == "OTP" || !variables(address).is_empty();
            let suffix = match parameter("/text") {
                Some(suffix) => suffix,
                None if wanted => return Err(needs(if kind == "OTP" { "Otp" } else { "Url" })),
                None => "",
            };
            let values = BTreeMap::from([("1".to_owned(), suffix.to_owned())]);
            json!({"type": kind, "text": label, "url": fill(address, &values)})
        }
        "COPY_CODE" => {
            let code = parameter("/coupon_code").ok_or_else(|| needs("CopyCode"))?;
            json!({"type": kind, "text": label, "code": code})
        }
        _ => json!({"type": kind, "text": label, "phone_number": text_at(button, "/phone_number")}),
    })
}

//! Buttons of a new template.

use serde_json::Value;

use super::template::variables;
use super::template_create::too_long;
use super::{length, limits, list_at, text_at};
use crate::graph::error::GraphError;

/// Buttons of which a template has one at most.
const ONCE: &[&str] = &[
    "PHONE_NUMBER",
    "COPY_CODE",
    "FLOW",
    "CATALOG",
    "MPM",
    "SPM",
    "VOICE_CALL",
    "REQUEST_CONTACT_INFO",
    "APP",
    "OTP",
];

fn kind(button: &Value) -> String {
    text_at(button, "/type").unwrap_or_default().to_uppercase()
}

/// Checks the buttons of a create body.
pub(super) fn check(buttons: &[Value], category: &str) -> Result<(), GraphError> {
    if buttons.is_empty() || buttons.len() > limits::TEMPLATE_BUTTONS {
        return Err(GraphError::parameter("A template has 1 to 10 buttons."));
    }
    let kinds: Vec<String> = buttons.iter().map(kind).collect();
    let changes = kinds
        .windows(2)
        .filter(|pair| {
            let reply = |kind: Option<&String>| kind.is_some_and(|kind| kind == "QUICK_REPLY");
            reply(pair.first()) != reply(pair.last())
        })
        .count();
    if changes > 1 {
        return Err(GraphError::parameter(
            "Quick replies and other buttons must each stand together.",
        ));
    }
    if kinds.iter().filter(|kind| *kind == "URL").count() > limits::TEMPLATE_URL_BUTTONS {
        return Err(GraphError::parameter("A template has at most 2 URL buttons."));
    }
    for once in ONCE {
        if kinds.iter().filter(|kind| kind == once).count() > 1 {
            return Err(GraphError::parameter(format!(
                "A template has at most one button of type {once}."
            )));
        }
    }
    if (category == "AUTHENTICATION") != kinds.iter().any(|kind| kind == "OTP") {
        return Err(GraphError::parameter(
            "Authentication templates need an OTP button, and only they have one.",
        ));
    }
    buttons
        .iter()
        .zip(&kinds)
        .try_for_each(|(button, kind)| one(button, kind))
}

fn one(button: &Value, kind: &str) -> Result<(), GraphError> {
    let text = text_at(button, "/text").unwrap_or_default();
    too_long(text, limits::TEMPLATE_BUTTON, "button text")?;
    let known = kind == "URL" || kind == "QUICK_REPLY" || ONCE.contains(&kind);
    if !known {
        return Err(GraphError::parameter(format!("Button type {kind} is not known.")));
    }
    if matches!(kind, "URL" | "QUICK_REPLY" | "PHONE_NUMBER" | "FLOW") && text.is_empty() {
        return Err(GraphError::parameter(format!(
            "A button of type {kind} needs a text."
        )));
    }
    match kind {
        "URL" => link(button),
        "PHONE_NUMBER" => {
            let number = text_at(button, "/phone_number").unwrap_or_default();
            if number.is_empty() {
                return Err(GraphError::parameter("A call button needs a phone_number."));
            }
            too_long(number, limits::TEMPLATE_PHONE, "phone number")
        }
        "COPY_CODE" => {
            let example = text_at(button, "/example")
                .or_else(|| text_at(button, "/example/0"))
                .unwrap_or_default();
            if example.is_empty() {
                return Err(GraphError::parameter(
                    "component of type BUTTONS is missing expected field(s) (example)",
                ));
            }
            too_long(example, 20, "coupon code")
        }
        "OTP" => otp(button),
        _ => Ok(()),
    }
}

fn link(button: &Value) -> Result<(), GraphError> {
    let address = text_at(button, "/url").unwrap_or_default();
    too_long(address, limits::TEMPLATE_URL, "button URL")?;
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return Err(GraphError::parameter("A URL button needs a web address."));
    }
    let names = variables(address);
    if names.len() > 1 || !names.is_empty() && !address.ends_with("}}") {
        return Err(GraphError::parameter(
            "A button URL takes its variable at the end only.",
        ));
    }
    if !names.is_empty() && list_at(button, "/example").is_empty() {
        return Err(GraphError::parameter(
            "component of type BUTTONS is missing expected field(s) (example)",
        ));
    }
    Ok(())
}

fn otp(button: &Value) -> Result<(), GraphError> {
    let way = text_at(button, "/otp_type").unwrap_or_default().to_uppercase();
    if !matches!(way.as_str(), "COPY_CODE" | "ONE_TAP" | "ZERO_TAP") {
        return Err(GraphError::parameter(
            "Param otp_type must be one of {COPY_CODE, ONE_TAP, ZERO_TAP}.",
        ));
    }
    if way == "COPY_CODE" {
        return Ok(());
    }
    let apps = list_at(button, "/supported_apps");
    let old_form = text_at(button, "/package_name").is_some();
    if !old_form && (apps.is_empty() || apps.len() > 5) {
        return Err(GraphError::parameter(
            "Param supported_apps must hold 1 to 5 apps.",
        ));
    }
    if apps
        .iter()
        .any(|app| text_at(app, "/signature_hash").map_or(0, length) != 11)
    {
        return Err(GraphError::parameter(
            "Param signature_hash must be 11 characters long.",
        ));
    }
    if way == "ZERO_TAP" && button.get("zero_tap_terms_accepted") != Some(&Value::Bool(true)) {
        return Err(GraphError::parameter(
            "Param zero_tap_terms_accepted must be true for zero-tap templates.",
        ));
    }
    Ok(())
}

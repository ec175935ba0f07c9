//! Whether a new template may enter review.

use serde_json::Value;

use super::template::variables;
use super::{length, limits, list_at, text_at};
use crate::graph::error::GraphError;

/// Checks a create body (`name`, `language`, `category`, `components`).
pub(crate) fn check(body: &Value) -> Result<(), GraphError> {
    let name = text_at(body, "/name").unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || length(name) > limits::TEMPLATE_NAME || !name.chars().all(plain) {
        return Err(GraphError::parameter(
            "Param name must be 1 to 512 lowercase letters, digits and underscores.",
        ));
    }
    if text_at(body, "/language").is_none_or(str::is_empty) {
        return Err(GraphError::parameter("The parameter language is required."));
    }
    let category = text_at(body, "/category").unwrap_or_default().to_uppercase();
    if !matches!(category.as_str(), "UTILITY" | "MARKETING" | "AUTHENTICATION") {
        return Err(GraphError::parameter(
            "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}.",
        ));
    }
    let components = list_at(body, "/components");
    let mut has_body = false;
    for component in components {
        let kind = text_at(component, "/type").unwrap_or_default().to_uppercase();
        match kind.as_str() {
            "HEADER" => header(component)?,
            "BODY" => {
                has_body = true;
                if category != "AUTHENTICATION" {
                    body_text(component)?;
                }
            }
            "FOOTER" if category != "AUTHENTICATION" => footer(component)?,
            "BUTTONS" => buttons(list_at(component, "/buttons"))?,
            "FOOTER" | "CAROUSEL" | "LIMITED_TIME_OFFER" | "CALL_PERMISSION_REQUEST" => {}
            other => {
                return Err(GraphError::parameter(format!(
                    "Param components[]['type'] {other} is not known."
                )));
            }
        }
    }
    if !has_body {
        return Err(GraphError::management(
            2388072,
            "Body is missing",
            "A template needs a body component.",
        ));
    }
    Ok(())
}

fn too_long(text: &str, limit: usize, part: &str) -> Result<(), GraphError> {
    if length(text) > limit {
        return Err(GraphError::management(
            2388040,
            "Character Limit Exceeded",
            format!("The {part} is longer than {limit} characters."),
        ));
    }
    Ok(())
}

fn header(component: &Value) -> Result<(), GraphError> {
    if !text_at(component, "/format").is_some_and(|format| format.eq_ignore_ascii_case("TEXT")) {
        return Ok(());
    }
    let text = text_at(component, "/text").unwrap_or_default();
    too_long(text, limits::HEADER_FOOTER, "header")?;
    if text.is_empty() || text.contains(['\n', '*', '_']) || variables(text).len() > 1 {
        return Err(GraphError::management(
            2388047,
            "Message Header Format Is Incorrect",
            "A text header has one line, no markup and at most one variable.",
        ));
    }
    Ok(())
}

fn footer(component: &Value) -> Result<(), GraphError> {
    let text = text_at(component, "/text").unwrap_or_default();
    too_long(text, limits::HEADER_FOOTER, "footer")?;
    if text.is_empty() || text.contains('\n') || !variables(text).is_empty() {
        return Err(GraphError::management(
            2388073,
            "Message Footer Format Is Incorrect",
            "A footer has one line and no variables.",
        ));
    }
    Ok(())
}

fn body_text(component: &Value) -> Result<(), GraphError> {
    let text = text_at(component, "/text").unwrap_or_default();
    too_long(text, limits::TEMPLATE_BODY, "body")?;
    let names = variables(text);
    let format_error =
        |why: &str| GraphError::management(2388072, "Message Body Format Is Incorrect", why.to_owned());
    if text.is_empty() {
        return Err(format_error("The body is empty."));
    }
    if text.matches("{{").count() != text.matches("}}").count() || text.contains("}}{{") {
        return Err(format_error(
            "Variables need matching braces and text between them.",
        ));
    }
    let positional = names
        .iter()
        .all(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    let in_order = names
        .iter()
        .enumerate()
        .all(|(index, name)| name.parse() == Ok(index + 1));
    let plain = |name: &String| {
        name.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if positional && !in_order || !positional && !names.iter().all(plain) {
        return Err(format_error(
            "Number the variables from 1 without gaps, or name them in lower case.",
        ));
    }
    let trimmed = text.trim();
    if trimmed.starts_with("{{") || trimmed.ends_with("}}") {
        return Err(GraphError::management(
            2388299,
            "Leading or trailing parameters",
            "A variable can't be at the start or the end of the body.",
        ));
    }
    if text.split_whitespace().count() < 2 * names.len() + 1 {
        return Err(GraphError::management(
            2388293,
            "Parameters words ratio exceeds limit",
            "The body has too many variables for its length.",
        ));
    }
    let sampled = component.pointer("/example/body_text").is_some()
        || component.pointer("/example/body_text_named_params").is_some();
    if !names.is_empty() && !sampled {
        return Err(GraphError::parameter(
            "component of type BODY is missing expected field(s) (example)",
        ));
    }
    Ok(())
}

fn buttons(buttons: &[Value]) -> Result<(), GraphError> {
    if buttons.is_empty() || buttons.len() > limits::TEMPLATE_BUTTONS {
        return Err(GraphError::parameter("A template has 1 to 10 buttons."));
    }
    let kind = |button: &Value| text_at(button, "/type").unwrap_or_default().to_uppercase();
    let replies: Vec<bool> = buttons
        .iter()
        .map(|button| kind(button) == "QUICK_REPLY")
        .collect();
    let changes = replies
        .windows(2)
        .filter(|pair| pair.first() != pair.last())
        .count();
    if changes > 1 {
        return Err(GraphError::parameter(
            "Quick replies and other buttons must each stand together.",
        ));
    }
    if buttons.iter().filter(|button| kind(button) == "URL").count() > limits::TEMPLATE_URL_BUTTONS {
        return Err(GraphError::parameter("A template has at most 2 URL buttons."));
    }
    for button in buttons {
        too_long(
            text_at(button, "/text").unwrap_or_default(),
            limits::TEMPLATE_BUTTON,
            "button text",
        )?;
        let address = text_at(button, "/url").unwrap_or_default();
        too_long(address, limits::TEMPLATE_URL, "button URL")?;
        if !variables(address).is_empty() && !address.ends_with("}}") {
            return Err(GraphError::parameter(
                "A button URL takes its variable at the end only.",
            ));
        }
    }
    Ok(())
}

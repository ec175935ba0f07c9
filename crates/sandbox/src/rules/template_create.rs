//! Whether a new template may enter review.

use serde_json::Value;

use super::template::variables;
use super::template_buttons;
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
    time_to_live(body, &category)?;
    let named = match text_at(body, "/parameter_format")
        .map(str::to_uppercase)
        .as_deref()
    {
        None | Some("POSITIONAL") => false,
        Some("NAMED") => true,
        Some(_) => {
            return Err(GraphError::parameter(
                "Param parameter_format must be one of {POSITIONAL, NAMED}.",
            ));
        }
    };
    components(list_at(body, "/components"), &category, named)
}

fn kind(component: &Value) -> String {
    text_at(component, "/type").unwrap_or_default().to_uppercase()
}

fn components(components: &[Value], category: &str, named: bool) -> Result<(), GraphError> {
    let authentication = category == "AUTHENTICATION";
    let offer = components
        .iter()
        .any(|component| kind(component) == "LIMITED_TIME_OFFER");
    let mut seen: Vec<String> = Vec::new();
    for component in components {
        let kind = kind(component);
        if seen.contains(&kind) {
            return Err(GraphError::parameter(format!(
                "Param components must hold one component of type {kind} at most."
            )));
        }
        match kind.as_str() {
            "HEADER" => header(component, category, named)?,
            "BODY" if authentication => authentication_body(component)?,
            "BODY" => body_text(
                component,
                if offer {
                    limits::OFFER_BODY
                } else {
                    limits::TEMPLATE_BODY
                },
                named,
            )?,
            "FOOTER" if authentication => authentication_footer(component)?,
            "FOOTER" => footer(component)?,
            "BUTTONS" => template_buttons::check(list_at(component, "/buttons"), category)?,
            "CAROUSEL" => carousel(list_at(component, "/cards"), category, named)?,
            "LIMITED_TIME_OFFER" => too_long(
                text_at(component, "/limited_time_offer/text").unwrap_or_default(),
                16,
                "limited-time offer",
            )?,
            "CALL_PERMISSION_REQUEST" => {}
            other => {
                return Err(GraphError::parameter(format!(
                    "Param components[]['type'] {other} is not known."
                )));
            }
        }
        seen.push(kind);
    }
    if !seen.iter().any(|kind| kind == "BODY") {
        return Err(GraphError::management(
            2388072,
            "Body is missing",
            "A template needs a body component.",
        ));
    }
    Ok(())
}

fn time_to_live(body: &Value, category: &str) -> Result<(), GraphError> {
    let Some(seconds) = body.get("message_send_ttl_seconds").and_then(Value::as_i64) else {
        return Ok(());
    };
    let allowed = match category {
        "AUTHENTICATION" => 30..=900,
        "UTILITY" => 30..=43_200,
        _ => 43_200..=2_592_000,
    };
    if allowed.contains(&seconds) || (seconds == -1 && category != "MARKETING") {
        return Ok(());
    }
    Err(GraphError::parameter(format!(
        "Param message_send_ttl_seconds must be between {} and {} for category {category}.",
        allowed.start(),
        allowed.end()
    )))
}

/// Code 2388040 for a text over its limit.
pub(super) fn too_long(text: &str, limit: usize, part: &str) -> Result<(), GraphError> {
    if length(text) > limit {
        return Err(GraphError::management(
            2388040,
            "Character Limit Exceeded",
            format!("The {part} is longer than {limit} characters."),
        ));
    }
    Ok(())
}

fn header(component: &Value, category: &str, named: bool) -> Result<(), GraphError> {
    let wrong =
        |why: &str| GraphError::management(2388047, "Message Header Format Is Incorrect", why.to_owned());
    let format = text_at(component, "/format").unwrap_or_default().to_uppercase();
    match format.as_str() {
        "TEXT" => {}
        "IMAGE" | "VIDEO" | "DOCUMENT" | "GIF" | "PRODUCT" => return Ok(()),
        "LOCATION" if category != "AUTHENTICATION" => return Ok(()),
        _ => {
            return Err(wrong(
                "A header has a format of TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.",
            ));
        }
    }
    let text = text_at(component, "/text").unwrap_or_default();
    too_long(text, limits::HEADER_FOOTER, "header")?;
    let names = variables(text);
    if text.is_empty() || text.contains(['\n', '*', '_', '~', '`']) && !text.contains("{{") || names.len() > 1
    {
        return Err(wrong(
            "A text header has one line, no markup and at most one variable.",
        ));
    }
    well_formed(text, named).map_err(wrong)?;
    if !names.is_empty() && !sampled(component, "header_text") {
        return Err(no_sample("HEADER"));
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

fn authentication_body(component: &Value) -> Result<(), GraphError> {
    // What Meta itself writes is accepted; anything else is not an authentication text.
    let text = text_at(component, "/text").unwrap_or_default();
    if text.is_empty() || text.contains("{{1}}") {
        return Ok(());
    }
    Err(GraphError::management(
        2388072,
        "Message Body Format Is Incorrect",
        "The body of an authentication template is fixed.",
    ))
}

fn authentication_footer(component: &Value) -> Result<(), GraphError> {
    let minutes = component.get("code_expiration_minutes").and_then(Value::as_u64);
    if minutes.is_some_and(|minutes| !(1..=90).contains(&minutes)) {
        return Err(GraphError::parameter(
            "Param code_expiration_minutes must be between 1 and 90.",
        ));
    }
    Ok(())
}

fn no_sample(part: &str) -> GraphError {
    GraphError::parameter(format!(
        "component of type {part} is missing expected field(s) (example)"
    ))
}

fn sampled(component: &Value, name: &str) -> bool {
    [name.to_owned(), format!("{name}_named_params")]
        .iter()
        .any(|name| component.pointer(&format!("/example/{name}")).is_some())
}

/// Whether variables have matching braces, plain names and, when numbered, the numbers 1 to n.
fn well_formed(text: &str, named: bool) -> Result<(), &'static str> {
    if text.matches("{{").count() != text.matches("}}").count() {
        return Err("Variables need matching braces.");
    }
    let names = variables(text);
    let plain = |name: &String| {
        name.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if !names.iter().all(plain) {
        return Err("Variables hold lower-case letters, digits and underscores only, no special characters.");
    }
    let numbered = names
        .iter()
        .all(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    if numbered && named && !names.is_empty() || !numbered && !named {
        return Err(
            "The variables don't fit the parameter format: NAMED takes names, POSITIONAL takes numbers.",
        );
    }
    let in_order = (1..=names.len()).all(|number| names.contains(&number.to_string()));
    if numbered && !in_order {
        return Err("Number the variables from 1 without gaps.");
    }
    Ok(())
}

fn body_text(component: &Value, limit: usize, named: bool) -> Result<(), GraphError> {
    let text = text_at(component, "/text").unwrap_or_default();
    too_long(text, limit, "body")?;
    let wrong =
        |why: &str| GraphError::management(2388072, "Message Body Format Is Incorrect", why.to_owned());
    if text.is_empty() {
        return Err(wrong("The body is empty."));
    }
    well_formed(text, named).map_err(wrong)?;
    let trimmed = text.trim();
    if trimmed.starts_with("{{") || trimmed.ends_with("}}") {
        return Err(GraphError::management(
            2388299,
            "Leading or trailing parameters",
            "A variable can't be at the start or the end of the body.",
        ));
    }
    let names = variables(text);
    if text.split_whitespace().count() < 2 * names.len() + 1 {
        return Err(GraphError::management(
            2388293,
            "Parameters words ratio exceeds limit",
            "The body has too many variables for its length.",
        ));
    }
    if !names.is_empty() && !sampled(component, "body_text") {
        return Err(no_sample("BODY"));
    }
    Ok(())
}

/// Whether variables stand side by side in the body, which the review rejects.
pub(crate) fn adjacent_variables(body: &Value) -> bool {
    list_at(body, "/components")
        .iter()
        .filter(|component| kind(component) == "BODY")
        .filter_map(|component| text_at(component, "/text"))
        .any(|text| text.contains("}}{{"))
}

fn carousel(cards: &[Value], category: &str, named: bool) -> Result<(), GraphError> {
    if category != "MARKETING" {
        return Err(GraphError::parameter("Only marketing templates have a carousel."));
    }
    if !limits::CARDS.contains(&cards.len()) {
        return Err(GraphError::parameter("A carousel has 2 to 10 cards."));
    }
    let shape = |card: &Value| -> Vec<String> {
        list_at(card, "/components")
            .iter()
            .map(|part| {
                let buttons: Vec<String> = list_at(part, "/buttons").iter().map(kind).collect();
                let format = text_at(part, "/format").unwrap_or_default().to_uppercase();
                format!("{} {format} {}", kind(part), buttons.join(" "))
            })
            .collect()
    };
    let first = cards.first().map(shape);
    if cards.iter().any(|card| Some(shape(card)) != first) {
        return Err(GraphError::parameter(
            "All cards of a carousel need the same components and buttons.",
        ));
    }
    for part in cards.iter().flat_map(|card| list_at(card, "/components")) {
        match kind(part).as_str() {
            "BODY" => body_text(part, limits::CARD_BODY, named)?,
            "BUTTONS" => template_buttons::check(list_at(part, "/buttons"), category)?,
            _ => {}
        }
    }
    Ok(())
}

//! The provider's rules about what may be sent, kept apart from the state they are applied to.

pub(crate) mod interactive;
pub(crate) mod limits;
pub(crate) mod message;
pub(crate) mod phone;
pub(crate) mod template;
mod template_buttons;
pub(crate) mod template_create;

use serde_json::Value;

use crate::graph::error::GraphError;

pub(crate) fn text_at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

pub(crate) fn list_at<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

pub(crate) fn length(text: &str) -> usize {
    text.chars().count()
}

pub(crate) fn required<'a>(value: &'a Value, pointer: &str, what: &str) -> Result<&'a str, GraphError> {
    text_at(value, pointer)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| GraphError::missing(format!("The parameter {what} is required.")))
}

pub(crate) fn at_most(text: &str, limit: usize, what: &str) -> Result<(), GraphError> {
    if length(text) > limit {
        return Err(GraphError::parameter(format!(
            "Param {what} must be at most {limit} characters long."
        )));
    }
    Ok(())
}

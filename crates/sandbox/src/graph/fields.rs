use serde_json::{Map, Value};

use super::error::GraphError;

/// Names of a `fields` selection; a nested selection such as `health_status{entities}` names the whole field.
pub(super) fn names(asked: &str) -> Vec<String> {
    let (mut names, mut name, mut depth) = (Vec::new(), String::new(), 0_u32);
    for character in asked.chars() {
        match character {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => names.push(std::mem::take(&mut name)),
            other if depth == 0 => name.push(other),
            _ => {}
        }
    }
    names.push(name);
    names
        .iter()
        .map(|name| name.split('.').next().unwrap_or_default().trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Keeps the asked fields of a node, or its default ones; the id always stays.
pub(super) fn select(
    node: Value,
    asked: Option<&str>,
    defaults: &[&str],
    node_type: &str,
) -> Result<Value, GraphError> {
    let Value::Object(all) = node else { return Ok(node) };
    let mut kept = Map::new();
    let mut keep = |name: &str| match all.get(name) {
        Some(value) => {
            if !value.is_null() {
                kept.insert(name.to_owned(), value.clone());
            }
            Ok(())
        }
        None => Err(GraphError::parameter(format!(
            "Tried accessing nonexisting field ({name}) on node type ({node_type})"
        ))),
    };
    match asked.filter(|asked| !asked.is_empty()) {
        Some(asked) => names(asked).iter().try_for_each(|name| keep(name))?,
        None => defaults.iter().try_for_each(|name| keep(name))?,
    }
    keep("id")?;
    Ok(kept.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_selections_count_as_one_field() {
        assert_eq!(
            names("id, health_status{entities,can_send},quality_score.limit(1)"),
            ["id", "health_status", "quality_score"]
        );
    }
}

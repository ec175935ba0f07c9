//! Walks an OpenAPI document: its operations, and inside each one every field that names a thing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// One operation.
#[derive(Debug)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// Every field that bears an id: `path.slug`, `query.phone_number_id`, `body.content.media_id`.
    pub fields: BTreeSet<String>,
    /// Statuses that the document knows.
    pub statuses: BTreeSet<u16>,
}

/// Every operation by its id.
pub fn operations(document: &utoipa::openapi::OpenApi) -> BTreeMap<String, Operation> {
    let document = serde_json::to_value(document).unwrap();
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let operation = read(&document, path, method, operation);
            assert!(
                found.insert(operation.id.clone(), operation).is_none(),
                "{path}: operation ids repeat"
            );
        }
    }
    found
}

fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let mut fields = BTreeSet::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let (place, name) = (
            parameter["in"].as_str().unwrap(),
            parameter["name"].as_str().unwrap(),
        );
        collect(
            document,
            &parameter["schema"],
            &format!("{place}.{name}"),
            &mut Vec::new(),
            &mut fields,
        );
    }
    for (kind, content) in operation["requestBody"]["content"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let place = if kind == "application/json" {
            "body"
        } else {
            "form"
        };
        collect(document, &content["schema"], place, &mut Vec::new(), &mut fields);
    }
    let statuses = operation["responses"].as_object().unwrap().keys();
    Operation {
        id: operation["operationId"].as_str().unwrap().to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        fields,
        statuses: statuses.map(|status| status.parse().unwrap()).collect(),
    }
}

/// An id by its pattern, by its name, or a map of free strings, which may hold ids. `within` are the schemas on the way
/// here: one that holds itself has no new kinds of fields inside.
fn collect(
    document: &Value,
    schema: &Value,
    at: &str,
    within: &mut Vec<String>,
    fields: &mut BTreeSet<String>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        if within.iter().any(|outer| outer == reference) {
            return;
        }
        let target = document.pointer(reference.trim_start_matches('#'));
        let target = target.unwrap_or_else(|| panic!("{at}: the document has no {reference}"));
        within.push(reference.to_owned());
        collect(document, target, at, within, fields);
        within.pop();
        return;
    }
    for variants in ["oneOf", "anyOf", "allOf"] {
        for variant in schema[variants].as_array().into_iter().flatten() {
            collect(document, variant, at, within, fields);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        collect(document, property, &format!("{at}.{name}"), within, fields);
    }
    if schema["items"].is_object() {
        collect(document, &schema["items"], &format!("{at}[]"), within, fields);
    }
    if schema["additionalProperties"].is_object() {
        fields.insert(format!("{at}.*"));
    }
    let id_pattern = schema["pattern"]
        .as_str()
        .is_some_and(|pattern| pattern.ends_with("_[0-9a-f]{32}$"));
    if id_pattern || named_like_an_id(at) {
        fields.insert(at.to_owned());
    }
}

fn named_like_an_id(at: &str) -> bool {
    let name = at.rsplit('.').next().unwrap_or_default();
    let ends = ["_id", "-id", "_ids", "idempotency-key"];
    matches!(name, "id" | "slug" | "cursor") || ends.iter().any(|end| name.ends_with(end))
}

#[test]
fn fields_are_found_in_every_place() {
    let operations = operations(&parlance_api::tenant::openapi());
    let send = &operations["send_message"].fields;
    for field in [
        "path.slug",
        "header.idempotency-key",
        "body.conversation_id",
        "body.phone_number_id",
        "body.reply_to",
        "body.content.media_id",
        "body.content.template_id",
        "body.content.parameters.*",
        "body.content.buttons[].id",
    ] {
        assert!(send.contains(field), "{field} is not found in {send:?}");
    }
    assert!(operations["upload_media"].fields.contains("form.phone_number_id"));
    assert!(
        operations["list_templates"]
            .fields
            .contains("query.phone_number_id")
    );
    assert!(
        operations["stream_events"]
            .fields
            .contains("header.last-event-id")
    );
}

use std::collections::BTreeSet;

use serde_json::Value;

fn operations() -> Vec<(String, String, Value)> {
    let document = serde_json::to_value(super::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn every_operation_is_named_guarded_and_documents_its_refusals() {
    let operations = operations();
    assert_eq!(operations.len(), 16);
    let names: BTreeSet<&str> = operations
        .iter()
        .map(|(.., op)| op["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), operations.len());
    for (method, path, operation) in &operations {
        let responses = operation["responses"].as_object().unwrap();
        let refused = |status: &str| {
            responses.get(status).is_some_and(|response| {
                response["content"]["application/problem+json"]["schema"]["$ref"]
                    == "#/components/schemas/Problem"
            })
        };
        assert!(refused("503"), "{method} {path}");
        assert_eq!(
            refused("403"),
            method == "post",
            "{method} {path}: changes check the origin"
        );
        assert!(refused("401") || path == "/v1/sign-out", "{method} {path}");
        assert_eq!(
            operation.get("security").is_none(),
            path == "/v1/sign-in",
            "{method} {path}"
        );
        assert_eq!(refused("404"), path.contains('{'), "{method} {path}");
    }
}

#[test]
fn no_answer_has_a_place_for_a_secret() {
    let document = serde_json::to_value(super::openapi()).unwrap();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let fields = schema["properties"].as_object();
        let is_answer = !name.ends_with("Create") && name != "SignIn";
        for field in fields
            .into_iter()
            .flat_map(|fields| fields.keys())
            .filter(|_| is_answer)
        {
            let secret = ["secret", "password", "token"]
                .iter()
                .any(|word| field.contains(word));
            let known =
                (name == "TenantOwner" && field == "password") || (name == "MetaApp" && field == "secrets");
            assert!(!secret || known, "{name}.{field}");
        }
    }
}

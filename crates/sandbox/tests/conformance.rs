//! Meta's own description of the API judges the sandbox's answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and a scene is told in one piece"
)]

mod scene;

use http::Method;
use scene::{PHONE, Scene, WABA};
use serde_json::{Value, json};

/// Where the description is known to say something else than the API does, and what the API does.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        ".call_icon_visibility: not one of the enum",
        "the API says DEFAULT or DISABLE_ALL",
    ),
    (
        ".callback_permission_status: not one of the enum",
        "the API answers in capitals",
    ),
    (".file_size: not string", "the API answers with a number"),
    (
        ".status: not one of the enum",
        "the API's CONNECTED and DISCONNECTED are missing",
    ),
    (
        ".code_verification_status: not one of the enum",
        "the API says NOT_VERIFIED",
    ),
    (".ownership_type: not one of the enum", "the API says SELF"),
    (
        ".business_verification_status: not one of the enum",
        "the API answers in lower case",
    ),
];

struct Judge {
    document: Value,
    found: Vec<String>,
}

impl Judge {
    fn new() -> Self {
        let text = include_str!("meta/openapi.json");
        Self {
            document: serde_json::from_str(text).unwrap(),
            found: Vec::new(),
        }
    }

    /// Checks one answer against the schema that the description gives for it.
    fn check(&mut self, method: &str, path: &str, status: u16, body: &Value) {
        let pointer = format!(
            "/paths/{}/{method}/responses/{status}/content/application~1json/schema",
            path.replace('/', "~1")
        );
        let schema = self
            .document
            .pointer(&pointer)
            .cloned()
            .unwrap_or_else(|| panic!("{method} {path} has no answer {status}"));
        let place = format!("{method} {path} {status}");
        let found = self.violations(&schema, body, "");
        self.found
            .extend(found.into_iter().map(|what| format!("{place} {what}")));
    }

    fn violations(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let mut found = Vec::new();
        let failed = |what: &str| format!("{at}: {what}");
        let text = value.as_str();
        for (keyword, rule) in schema.as_object().unwrap() {
            match keyword.as_str() {
                "$ref" => {
                    let name = rule.as_str().unwrap().trim_start_matches('#');
                    let schema = self.document.pointer(name).unwrap();
                    found.extend(self.violations(schema, value, at));
                    return found;
                }
                "type" => {
                    let kind = rule.as_str().unwrap();
                    let fits = match kind {
                        "object" => value.is_object(),
                        "array" => value.is_array(),
                        "string" => value.is_string(),
                        "boolean" => value.is_boolean(),
                        "integer" => value.is_i64() || value.is_u64(),
                        "number" => value.is_number(),
                        other => panic!("unknown type {other}"),
                    };
                    if !fits {
                        found.push(failed(&format!("not {kind}")));
                    }
                }
                "enum" if !rule.as_array().unwrap().contains(value) => {
                    found.push(failed("not one of the enum"))
                }
                "required" => {
                    for name in rule.as_array().unwrap() {
                        if value.get(name.as_str().unwrap()).is_none() {
                            found.push(failed(&format!("{name} is missing")));
                        }
                    }
                }
                "maxLength"
                    if text.is_some_and(|text| text.chars().count() as u64 > rule.as_u64().unwrap()) =>
                {
                    found.push(failed("too long"));
                }
                "minLength"
                    if text.is_some_and(|text| (text.chars().count() as u64) < rule.as_u64().unwrap()) =>
                {
                    found.push(failed("too short"));
                }
                "maxItems"
                    if value
                        .as_array()
                        .is_some_and(|list| list.len() as u64 > rule.as_u64().unwrap()) =>
                {
                    found.push(failed("too many"));
                }
                "pattern" => {
                    // The description's patterns that an answer of ours can meet: so many capitals.
                    let capitals = match rule.as_str().unwrap() {
                        "^[A-Z]{2}$" => 2,
                        "^[A-Z]{3}$" => 3,
                        other => panic!("unknown pattern {other}"),
                    };
                    let fits = text.is_some_and(|text| {
                        text.len() == capitals && text.bytes().all(|byte| byte.is_ascii_uppercase())
                    });
                    if !fits {
                        found.push(failed("does not fit its pattern"));
                    }
                }
                "oneOf" => {
                    let options = rule.as_array().unwrap();
                    if !options
                        .iter()
                        .any(|option| self.violations(option, value, at).is_empty())
                    {
                        found.push(failed("none of the options"));
                    }
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        found.extend(self.violations(rule, item, &format!("{at}[{index}]")));
                    }
                }
                "properties" => {
                    for (name, schema) in rule.as_object().unwrap() {
                        if let Some(value) = value.get(name) {
                            found.extend(self.violations(schema, value, &format!("{at}.{name}")));
                        }
                    }
                }
                "enum" | "maxLength" | "minLength" | "maxItems" | "format" | "nullable" => {}
                other => panic!("unknown keyword {other}"),
            }
        }
        found
    }
}

const SEND: &str = "/{Version}/{Phone-Number-ID}/messages";

#[tokio::test]
async fn answers_fit_metas_description() {
    let mut judge = Judge::new();
    let scene = Scene::open("conformance").await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    let number = format!("/v23.0/{PHONE}");
    let account = format!("/v23.0/{WABA}");
    let text = json!({"messaging_product": "whatsapp", "to": "+15550109999", "text": {"body": "Hello"}});
    let template = json!({"messaging_product": "whatsapp", "to": "+15550109999", "type": "template", "template": {
        "name": "come_back", "language": {"code": "en_US"}, "components": [{"type": "body", "parameters": [
            {"type": "text", "parameter_name": "first_name", "text": "Ann"}]}]}});
    let new = json!({"name": "plain", "language": "en_US", "category": "utility", "components": [{"type": "BODY", "text": "Your table is ready."}]});
    let ann = json!({"messaging_product": "whatsapp", "block_users": [{"user": "+15550109999"}]});
    let profile = json!({"messaging_product": "whatsapp", "about": "Coffee", "email": "a@ex.test", "vertical": "RESTAURANT", "websites": ["https://ex.test/"]});
    let pin = json!({"messaging_product": "whatsapp", "pin": "123456"});
    let waba_fields = "id,name,account_review_status,ownership_type,business_verification_status,country,currency,timezone_id,is_enabled_for_insights";
    let phone_fields = "id,display_phone_number,verified_name,status,quality_rating,code_verification_status,account_mode,name_status";
    let null = Value::Null;
    let calls: Vec<(&str, String, &str, &Value)> = vec![
        ("post", format!("{number}/messages"), SEND, &text),
        ("post", format!("{number}/messages"), SEND, &template),
        (
            "post",
            format!("{number}/marketing_messages"),
            "/{Version}/{Phone-Number-ID}/marketing_messages",
            &template,
        ),
        (
            "get",
            format!("{number}?fields={phone_fields}"),
            "/{Version}/{Phone-Number-ID}",
            &null,
        ),
        ("post", number.clone(), "/{Version}/{Phone-Number-ID}", &pin),
        (
            "get",
            format!("{account}?fields={waba_fields}"),
            "/{Version}/{WABA-ID}",
            &null,
        ),
        (
            "get",
            format!("{account}/phone_numbers?fields={phone_fields}"),
            "/{Version}/{WABA-ID}/phone_numbers",
            &null,
        ),
        (
            "get",
            format!("{account}/message_templates"),
            "/{Version}/{WABA-ID}/message_templates",
            &null,
        ),
        (
            "post",
            format!("{account}/message_templates"),
            "/{Version}/{WABA-ID}/message_templates",
            &new,
        ),
        (
            "delete",
            format!("{account}/message_templates?name=plain"),
            "/{Version}/{WABA-ID}/message_templates",
            &null,
        ),
        (
            "get",
            format!("{account}/subscribed_apps"),
            "/{Version}/{WABA-ID}/subscribed_apps",
            &null,
        ),
        (
            "post",
            format!("{account}/subscribed_apps"),
            "/{Version}/{WABA-ID}/subscribed_apps",
            &null,
        ),
        (
            "post",
            format!("{number}/block_users"),
            "/{Version}/{Phone-Number-ID}/block_users",
            &ann,
        ),
        (
            "get",
            format!("{number}/block_users"),
            "/{Version}/{Phone-Number-ID}/block_users",
            &null,
        ),
        (
            "delete",
            format!("{number}/block_users"),
            "/{Version}/{Phone-Number-ID}/block_users",
            &ann,
        ),
        (
            "post",
            format!("{number}/whatsapp_business_profile"),
            "/{Version}/{Phone-Number-ID}/whatsapp_business_profile",
            &profile,
        ),
        (
            "get",
            format!("{number}/whatsapp_business_profile?fields=about,email,vertical,websites"),
            "/{Version}/{Phone-Number-ID}/whatsapp_business_profile",
            &null,
        ),
        (
            "get",
            format!("{number}/settings"),
            "/{Version}/{Phone-Number-ID}/settings",
            &null,
        ),
        (
            "post",
            format!("{number}/deregister"),
            "/{Version}/{Phone-Number-ID}/deregister",
            &null,
        ),
        (
            "post",
            format!("{number}/register"),
            "/{Version}/{Phone-Number-ID}/register",
            &pin,
        ),
        (
            "delete",
            format!("{account}/subscribed_apps"),
            "/{Version}/{WABA-ID}/subscribed_apps",
            &null,
        ),
    ];
    for (method, path, described, body) in calls {
        let verb = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let (status, answer) = scene.graph(verb, &path, body.clone()).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
        judge.check(method, described, 200, &answer);
    }

    let template_id = scene
        .control(Method::GET, "/sandbox/templates", Value::Null)
        .await["templates"][0]["id"]
        .clone();
    let template_node = format!("/v23.0/{}", template_id.as_str().unwrap());
    let (_, answer) = scene.graph(Method::GET, &template_node, Value::Null).await;
    judge.check("get", "/{Version}/{TEMPLATE_ID}", 200, &answer);
    let media = scene
        .customer_sends("ann", json!({"type": "image", "data_base64": "iVBORw0KGgo="}))
        .await;
    assert!(media.starts_with("wamid."));
    let id = scene.thread("ann").await.pop().unwrap()["content"]["media_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (status, answer) = scene
        .graph(Method::GET, &format!("/v23.0/{id}"), Value::Null)
        .await;
    judge.check("get", "/{Version}/{Media-ID}", status, &answer);

    for (status, path, method) in [
        (
            400,
            format!("{account}/phone_numbers?limit=many"),
            "/{Version}/{WABA-ID}/phone_numbers",
        ),
        (
            400,
            format!("{number}?fields=shoe_size"),
            "/{Version}/{Phone-Number-ID}",
        ),
    ] {
        let (answered, answer) = scene.graph(Method::GET, &path, Value::Null).await;
        assert_eq!(answered, status);
        judge.check("get", method, status, &answer);
    }
    let (status, answer) = scene
        .graph_as("EAAnobody", Method::GET, &account, Value::Null)
        .await;
    judge.check("get", "/{Version}/{WABA-ID}", status, &answer);

    let unexplained: Vec<&String> = judge
        .found
        .iter()
        .filter(|found| !EXCEPTIONS.iter().any(|(known, _)| found.ends_with(known)))
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    let wrong = judge.violations(&json!({"type": "object", "required": ["id"]}), &json!({}), "");
    assert_eq!(
        wrong,
        [r#": "id" is missing"#],
        "the judge does find what is wrong"
    );
}

//! What the Graph API answers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and a scene is told in one piece"
)]

mod scene;

use http::Method;
use scene::{APP, OTHER_PHONE, OTHER_TOKEN, OTHER_WABA, PHONE, Scene, TOKEN, WABA};
use serde_json::{Value, json};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n-not-really-a-picture";

fn message(kind: &str, content: Value) -> Value {
    json!({"messaging_product": "whatsapp", "to": "+15550109999", "type": kind, kind: content})
}

fn template(name: &str, components: Value) -> Value {
    message(
        "template",
        json!({"name": name, "language": {"code": "en_US"}, "components": components}),
    )
}

async fn upload(scene: &Scene, file_type: &str, bytes: &[u8]) -> (u16, Value) {
    let mut body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--XX\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n{file_type}\r\n--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: {file_type}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    let request = scene
        .request(Method::POST, &format!("/v26.0/{PHONE}/media"))
        .header("Authorization", format!("Bearer {TOKEN}"))
        .header("Content-Type", "multipart/form-data; boundary=XX");
    let (status, bytes) = scene.raw(request, body.into()).await.unwrap();
    (status.as_u16(), serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn refusals_have_metas_shape() {
    let scene = Scene::open("refusals").await;
    let send = format!("/v26.0/{PHONE}/messages");
    let text = message("text", json!({"body": "Hi"}));
    let eleven = (0..11)
        .map(|n| json!({"id": n.to_string(), "title": n.to_string()}))
        .collect::<Vec<_>>();
    let list = json!({"type": "list", "body": {"text": "Pick"}, "action": {"button": "Open", "sections": [{"rows": eleven}]}});
    let button = |title: &str| json!({"type": "reply", "reply": {"id": title, "title": title}});
    let buttons = json!({"type": "button", "body": {"text": "?"}, "action": {"buttons": [button("Yes"), button("Yes")]}});
    let cases: Vec<(&str, &str, Method, String, Value)> = vec![
        (
            "unknown token",
            "EAAnobody",
            Method::POST,
            send.clone(),
            text.clone(),
        ),
        (
            "no version",
            TOKEN,
            Method::POST,
            format!("/{PHONE}/messages"),
            text.clone(),
        ),
        (
            "unknown object",
            TOKEN,
            Method::GET,
            "/v26.0/42".into(),
            Value::Null,
        ),
        (
            "number out of reach",
            TOKEN,
            Method::POST,
            format!("/v26.0/{OTHER_PHONE}/messages"),
            text.clone(),
        ),
        (
            "WABA out of reach",
            OTHER_TOKEN,
            Method::GET,
            format!("/v26.0/{WABA}"),
            Value::Null,
        ),
        (
            "unknown field",
            TOKEN,
            Method::GET,
            format!("/v26.0/{PHONE}?fields=id,shoe_size"),
            Value::Null,
        ),
        (
            "no product",
            TOKEN,
            Method::POST,
            send.clone(),
            json!({"to": "+15550109999", "text": {"body": "x"}}),
        ),
        (
            "no recipient",
            TOKEN,
            Method::POST,
            send.clone(),
            json!({"messaging_product": "whatsapp", "text": {"body": "x"}}),
        ),
        (
            "to itself",
            TOKEN,
            Method::POST,
            send.clone(),
            json!({"messaging_product": "whatsapp", "to": "+15550100200", "text": {"body": "x"}}),
        ),
        (
            "text too long",
            TOKEN,
            Method::POST,
            send.clone(),
            message("text", json!({"body": "x".repeat(4097)})),
        ),
        (
            "unknown type",
            TOKEN,
            Method::POST,
            send.clone(),
            message("hologram", json!({"x": 1})),
        ),
        (
            "unknown media",
            TOKEN,
            Method::POST,
            send.clone(),
            message("image", json!({"id": "1"})),
        ),
        (
            "equal buttons",
            TOKEN,
            Method::POST,
            send.clone(),
            message("interactive", buttons),
        ),
        (
            "eleven rows",
            TOKEN,
            Method::POST,
            send.clone(),
            message("interactive", list),
        ),
        (
            "unknown template",
            TOKEN,
            Method::POST,
            send.clone(),
            template("nope", json!([])),
        ),
        (
            "header missing",
            TOKEN,
            Method::POST,
            send.clone(),
            template("order_update", json!([])),
        ),
        (
            "parameter count",
            TOKEN,
            Method::POST,
            send.clone(),
            template("come_back", json!([])),
        ),
        (
            "parameter name",
            TOKEN,
            Method::POST,
            send.clone(),
            template(
                "come_back",
                json!([
            {"type": "body", "parameters": [{"type": "text", "parameter_name": "nom", "text": "Ann"}]}]),
            ),
        ),
        (
            "bad cursor",
            TOKEN,
            Method::GET,
            format!("/v26.0/{WABA}/message_templates?after=zzz"),
            Value::Null,
        ),
        (
            "second body variable first",
            TOKEN,
            Method::POST,
            format!("/v26.0/{WABA}/message_templates"),
            json!({
            "name": "x", "language": "en", "category": "UTILITY",
            "components": [{"type": "BODY", "text": "{{1}} starts badly here, doesn't it", "example": {"body_text": [["a"]]}}]}),
        ),
    ];
    let mut answers = serde_json::Map::new();
    for (name, token, method, path, body) in cases {
        let (status, body) = scene.graph_as(token, method, &path, body).await;
        answers.insert(name.to_owned(), json!({"status": status, "body": body}));
    }
    insta::assert_json_snapshot!(answers);
}

#[tokio::test]
async fn nodes_and_edges_answer_like_meta() {
    let scene = Scene::open("nodes").await;
    let mut answers = serde_json::Map::new();
    for (name, path) in [
        ("number", format!("/v21.0/{PHONE}")),
        (
            "number fields",
            format!("/v26.0/{PHONE}?fields=status,throughput,name_status"),
        ),
        (
            "waba",
            format!("/v26.0/{WABA}?fields=name,account_review_status,owner_business_info"),
        ),
        (
            "numbers",
            format!("/v26.0/{WABA}/phone_numbers?fields=display_phone_number"),
        ),
        ("subscribed apps", format!("/v26.0/{WABA}/subscribed_apps")),
        ("token", format!("/v26.0/debug_token?input_token={TOKEN}")),
    ] {
        let (status, body) = scene.graph(Method::GET, &path, Value::Null).await;
        assert_eq!(status, 200, "{name}: {body}");
        let mut body = body;
        if let Some(address) = body.pointer_mut("/webhook_configuration/application") {
            *address = json!("[callback]");
        }
        answers.insert(name.to_owned(), body);
    }
    insta::assert_json_snapshot!(answers);

    let subscription = format!("/v26.0/{OTHER_WABA}/subscribed_apps");
    let done = (200, json!({"success": true}));
    assert_eq!(
        scene
            .graph_as(OTHER_TOKEN, Method::POST, &subscription, Value::Null)
            .await,
        done
    );
    let (_, listed) = scene
        .graph_as(OTHER_TOKEN, Method::GET, &subscription, Value::Null)
        .await;
    assert_eq!(listed["data"][0]["whatsapp_business_api_data"]["id"], APP);
    assert_eq!(
        scene
            .graph_as(OTHER_TOKEN, Method::DELETE, &subscription, Value::Null)
            .await,
        done
    );

    let pin = |pin: &str| json!({"messaging_product": "whatsapp", "pin": pin});
    let register = format!("/v26.0/{PHONE}/register");
    assert_eq!(
        scene
            .graph(Method::POST, &format!("/v26.0/{PHONE}/deregister"), json!({}))
            .await,
        done
    );
    assert_eq!(
        scene.send_text("+15550109999", "x").await.1["error"]["code"],
        133010
    );
    assert_eq!(scene.graph(Method::POST, &register, pin("123456")).await, done);
    assert_eq!(
        scene.graph(Method::POST, &register, pin("654321")).await.1["error"]["code"],
        133005
    );
}

#[tokio::test]
async fn templates_are_listed_in_pages_created_and_deleted() {
    let scene = Scene::open("templates").await;
    let edge = format!("/v26.0/{WABA}/message_templates");
    let (_, first) = scene
        .graph(
            Method::GET,
            &format!("{edge}?fields=name,status&limit=1"),
            Value::Null,
        )
        .await;
    let (_, second) = scene
        .graph(
            Method::GET,
            first["paging"]["next"].as_str().unwrap(),
            Value::Null,
        )
        .await;
    assert!(second["paging"]["next"].is_null());
    let mut names = [&first, &second].map(|page| page["data"][0]["name"].as_str().unwrap().to_owned());
    names.sort();
    assert_eq!(names, ["come_back", "order_update"]);
    assert_eq!(
        first["data"][0].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "name", "status"]
    );

    let new = json!({"name": "plain", "language": "en_US", "category": "utility", "components": [{"type": "BODY", "text": "Your table is ready."}]});
    let (_, created) = scene.graph(Method::POST, &edge, new.clone()).await;
    assert_eq!(
        (&created["status"], &created["category"]),
        (&json!("PENDING"), &json!("UTILITY"))
    );
    assert_eq!(
        scene.graph(Method::POST, &edge, new).await.1["error"]["error_subcode"],
        2388024
    );
    let send = format!("/v26.0/{PHONE}/messages");
    assert_eq!(
        scene
            .graph(Method::POST, &send, template("plain", json!([])))
            .await
            .0,
        404
    );
    let id = created["id"].as_str().unwrap();
    scene
        .control(
            Method::POST,
            &format!("/sandbox/templates/{id}/status"),
            json!({"status": "approved"}),
        )
        .await;
    let (status, sent) = scene
        .graph(Method::POST, &send, template("plain", json!([])))
        .await;
    assert_eq!(
        (status, &sent["messages"][0]["message_status"]),
        (200, &json!("accepted"))
    );
    assert_eq!(
        scene
            .graph(Method::DELETE, &format!("{edge}?name=plain"), Value::Null)
            .await
            .0,
        200
    );
    assert_eq!(
        scene
            .graph(Method::GET, &format!("/v26.0/{id}"), Value::Null)
            .await
            .1["error"]["code"],
        100
    );
}

#[tokio::test]
async fn media_goes_up_and_down_and_its_address_expires() {
    let scene = Scene::open("media").await;
    let (status, uploaded) = upload(&scene, "image/png", PNG).await;
    assert_eq!(status, 200, "{uploaded}");
    let id = uploaded["id"].as_str().unwrap();
    assert_eq!(upload(&scene, "image/jpeg", PNG).await.1["error"]["code"], 131053);
    assert_eq!(
        upload(&scene, "application/zip", PNG).await.1["error"]["code"],
        100
    );

    let node = format!("/v26.0/{id}");
    let (_, media) = scene.graph(Method::GET, &node, Value::Null).await;
    assert_eq!(
        (&media["mime_type"], &media["file_size"]),
        (&json!("image/png"), &json!(PNG.len()))
    );
    assert_eq!(
        scene
            .graph_as(OTHER_TOKEN, Method::GET, &node, Value::Null)
            .await
            .1["error"]["error_subcode"],
        33
    );
    let address = media["url"].as_str().unwrap();
    let fetch = async |token: Option<&str>| {
        let mut request = scene.request(Method::GET, address);
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        scene.raw(request, "".into()).await.unwrap()
    };
    assert_eq!(fetch(None).await.0, 401);
    assert_eq!(fetch(Some(OTHER_TOKEN)).await.0, 404);
    assert_eq!(fetch(Some(TOKEN)).await.1, PNG);
    scene
        .control(Method::POST, "/sandbox/clock", json!({"advance_seconds": 300}))
        .await;
    assert_eq!(fetch(Some(TOKEN)).await.0, 404);
    assert_eq!(scene.graph(Method::DELETE, &node, Value::Null).await.0, 200);
    assert_eq!(scene.graph(Method::GET, &node, Value::Null).await.0, 400);
}

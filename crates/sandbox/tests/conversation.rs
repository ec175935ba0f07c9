//! Business and customer write to each other; webhooks tell.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and a scene is told in one piece"
)]

mod scene;

use std::sync::atomic::Ordering;

use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use scene::{APP_SECRET, PHONE, Scene};
use serde_json::{Value, json};
use sha2::Sha256;

#[tokio::test]
async fn a_customers_message_comes_escaped_and_signed() {
    let mut scene = Scene::open("inbound").await;
    let id = scene
        .customer_sends("ann", json!({"type": "text", "text": "Café 😀 and/or tea?"}))
        .await;
    let hook = scene.hook().await;
    let raw = String::from_utf8(hook.body.to_vec()).unwrap();
    assert!(raw.contains(r"Caf\u00e9 \ud83d\ude00 and\/or tea?"), "{raw}");
    assert!(raw.contains(r"Ann B\u00f8rg \ud83d\ude00"), "{raw}");
    let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).unwrap();
    mac.update(&hook.body);
    let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(hook.headers["x-hub-signature-256"], expected.as_str());
    let mut body: Value = serde_json::from_slice(&hook.body).unwrap();
    let message = &mut body["entry"][0]["changes"][0]["value"]["messages"][0];
    assert_eq!(message["id"], id.as_str());
    message["id"] = json!("[id]");
    insta::assert_json_snapshot!(body);
}

#[tokio::test]
async fn a_send_is_sent_delivered_and_read() {
    let mut scene = Scene::open("progress").await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    scene.change().await;
    scene
        .control(
            Method::PUT,
            "/sandbox/customers/ann",
            json!({"name": "Ann", "phone": "+15550109999", "username": "ann.b", "online": false}),
        )
        .await;
    let (status, mut answer) = scene.send_text("+15550109999", "Hello").await;
    assert_eq!(status, 200);
    let mut told = vec![scene.change().await];
    assert_eq!(
        scene.thread("ann").await.len(),
        1,
        "an offline phone shows nothing new"
    );
    scene
        .control(
            Method::PUT,
            "/sandbox/customers/ann",
            json!({"name": "Ann", "phone": "+15550109999", "username": "ann.b"}),
        )
        .await;
    told.push(scene.change().await);
    assert_eq!(scene.thread("ann").await[1]["content"], json!({"body": "Hello"}));
    scene
        .control(
            Method::POST,
            &format!("/sandbox/customers/ann/threads/{PHONE}/open"),
            Value::Null,
        )
        .await;
    told.push(scene.change().await);
    for value in &mut told {
        assert_eq!(value["statuses"][0]["id"], answer["messages"][0]["id"]);
        value["statuses"][0]["id"] = json!("[id]");
    }
    assert!(
        answer["messages"][0]["id"]
            .as_str()
            .unwrap()
            .starts_with("wamid.")
    );
    answer["messages"][0]["id"] = json!("[id]");
    insta::assert_json_snapshot!(json!({"answer": answer, "told": told}));

    let inbound = scene.thread("ann").await[0]["id"].clone();
    let receipt = json!({"messaging_product": "whatsapp", "status": "read", "message_id": inbound, "typing_indicator": {"type": "text"}});
    let answer = scene
        .graph(Method::POST, &format!("/v26.0/{PHONE}/messages"), receipt)
        .await;
    assert_eq!(answer, (200, json!({"success": true})));
    assert_eq!(scene.thread("ann").await[0]["status"], "read");
}

#[tokio::test]
async fn outside_the_window_only_a_template_arrives_and_its_button_answers() {
    let mut scene = Scene::open("window").await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    scene.change().await;
    scene.advance_hours(24).await;
    let (status, _) = scene.send_text("+15550109999", "Too late").await;
    assert_eq!(status, 200, "the refusal comes by webhook");
    let failed = scene.change().await;
    assert!(failed.get("contacts").is_none());
    let entry = &failed["statuses"][0];
    assert_eq!(
        (&entry["status"], &entry["errors"][0]["code"]),
        (&json!("failed"), &json!(131047))
    );
    assert_eq!(
        (&entry["recipient_id"], &entry["biz_opaque_callback_data"]),
        (&json!("15550109999"), &json!("job-42"))
    );
    assert_eq!(scene.thread("ann").await.len(), 1);

    let template = json!({"messaging_product": "whatsapp", "to": "+15550109999", "type": "template", "template": {
        "name": "order_update", "language": {"code": "en_US"}, "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://ex.test/a.png"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "A-77"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "WHERE"}]},
            {"type": "button", "sub_type": "url", "index": 1, "parameters": [{"type": "text", "text": "A-77"}]}]}});
    let (status, answer) = scene
        .graph(Method::POST, &format!("/v26.0/{PHONE}/messages"), template)
        .await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        scene.change().await["statuses"][0]["pricing"]["category"],
        "utility"
    );
    scene.change().await;
    let shown = scene.thread("ann").await.pop().unwrap();
    assert_eq!(shown["content"]["body"], "Hi Ann, your order A-77 is on its way.");
    assert_eq!(shown["content"]["buttons"][1]["url"], "https://ex.test/t/A-77");
    scene
        .customer_sends(
            "ann",
            json!({"type": "button", "message_id": shown["id"], "index": 0}),
        )
        .await;
    let tapped = scene.change().await["messages"][0].clone();
    assert_eq!(
        (&tapped["type"], &tapped["button"]),
        (
            &json!("button"),
            &json!({"payload": "WHERE", "text": "Where is it?"})
        )
    );
    assert_eq!(
        tapped["context"],
        json!({"from": "15550100200", "id": shown["id"]})
    );
    assert_eq!(scene.send_text("+15550109999", "On its way").await.0, 200);
    assert_eq!(scene.change().await["statuses"][0]["status"], "sent");
}

#[tokio::test]
async fn a_customer_may_hide_the_phone_number_and_is_reached_by_user_id() {
    let mut scene = Scene::open("hidden").await;
    scene
        .customer_sends("ben", json!({"type": "text", "text": "Guess who"}))
        .await;
    let inbound = scene.change().await;
    let user_id = inbound["messages"][0]["from_user_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(user_id.starts_with("US."));
    assert_eq!(
        inbound["contacts"][0],
        json!({"profile": {"name": "Ben"}, "user_id": user_id})
    );
    assert!(inbound["messages"][0].get("from").is_none());

    let list = json!({"messaging_product": "whatsapp", "recipient": user_id, "type": "interactive", "interactive": {
        "type": "list", "body": {"text": "Which one?"},
        "action": {"button": "Choose", "sections": [{"title": "Cups", "rows": [{"id": "s", "title": "Small", "description": "0.2 l"}]}]}}});
    let (_, answer) = scene
        .graph(Method::POST, &format!("/v26.0/{PHONE}/messages"), list)
        .await;
    assert_eq!(
        answer["contacts"],
        json!([{"input": user_id, "user_id": user_id}])
    );
    let sent = scene.change().await;
    assert!(sent["statuses"][0].get("recipient_id").is_none());
    assert_eq!(sent["statuses"][0]["recipient_user_id"], user_id.as_str());
    scene.change().await;
    let shown = scene.thread("ben").await.pop().unwrap();
    scene
        .customer_sends(
            "ben",
            json!({"type": "list_reply", "message_id": shown["id"], "id": "s"}),
        )
        .await;
    let reply = scene.change().await["messages"][0]["interactive"].clone();
    assert_eq!(
        reply,
        json!({"type": "list_reply", "list_reply": {"id": "s", "title": "Small", "description": "0.2 l"}})
    );

    scene.send_text("+15550100077", "Anyone there?").await;
    let nobody = scene.change().await;
    assert_eq!(nobody["statuses"][0]["errors"][0]["code"], 131026);
}

#[tokio::test]
async fn photos_and_reactions_reach_the_business() {
    let mut scene = Scene::open("photo").await;
    let png = "iVBORw0KGgo=";
    let id = scene
        .customer_sends(
            "ann",
            json!({"type": "image", "data_base64": png, "caption": "Look"}),
        )
        .await;
    let image = scene.change().await["messages"][0]["image"].clone();
    assert_eq!(
        (&image["mime_type"], &image["caption"]),
        (&json!("image/png"), &json!("Look"))
    );
    assert_eq!(image["sha256"].as_str().unwrap().len(), 44);
    let (status, _) = scene
        .graph(
            Method::GET,
            &format!("/v26.0/{}", image["id"].as_str().unwrap()),
            Value::Null,
        )
        .await;
    assert_eq!(status, 200);

    let heart = json!({"messaging_product": "whatsapp", "to": "+15550109999", "type": "reaction", "reaction": {"message_id": id, "emoji": "❤️"}});
    scene
        .graph(Method::POST, &format!("/v26.0/{PHONE}/messages"), heart)
        .await;
    assert_eq!(scene.change().await["statuses"][0]["status"], "sent");
    let thread = scene.thread("ann").await;
    assert_eq!(
        (thread.len(), &thread[0]["reactions"]["business"]),
        (1, &json!("❤️"))
    );
    scene
        .customer_sends(
            "ann",
            json!({"type": "reaction", "message_id": id, "emoji": "👍"}),
        )
        .await;
    assert_eq!(
        scene.change().await["messages"][0]["reaction"],
        json!({"message_id": id, "emoji": "👍"})
    );
}

#[tokio::test]
async fn a_webhook_that_is_not_answered_200_comes_again() {
    let mut scene = Scene::open("retry").await;
    scene.answer.store(503, Ordering::SeqCst);
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    let first = scene.hook().await;
    scene.answer.store(200, Ordering::SeqCst);
    assert_eq!(scene.hook().await.body, first.body);

    scene
        .control(Method::POST, "/sandbox/faults", json!({"webhook_outage": true}))
        .await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "held"}))
        .await;
    assert_eq!(
        scene.control(Method::GET, "/sandbox/state", Value::Null).await["pending_webhooks"],
        1
    );
    scene
        .control(
            Method::POST,
            "/sandbox/faults",
            json!({"duplicate_webhooks": true}),
        )
        .await;
    let held = scene.hook().await;
    assert_eq!(scene.hook().await.body, held.body);
}

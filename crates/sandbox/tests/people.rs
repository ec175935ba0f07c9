//! What customers change about themselves, and files that they send.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and a scene is told in one piece"
)]

mod scene;

use http::Method;
use scene::{PHONE, Scene};
use serde_json::{Value, json};

fn marketing(to: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "template", "template": {
        "name": "come_back", "language": {"code": "en_US"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ann"}]}]}})
}

#[tokio::test]
async fn a_customer_moves_to_another_number() {
    let mut scene = Scene::open("moves").await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    let old = scene.change().await["messages"][0]["from_user_id"].clone();
    let moved = json!({"phone": "+15550107777"});
    scene
        .control(Method::POST, "/sandbox/customers/ann/number", moved)
        .await;
    let message = scene.change().await["messages"][0].clone();
    let system = &message["system"];
    assert_eq!(
        (&message["from"], &message["from_user_id"]),
        (&json!("15550109999"), &old)
    );
    assert_eq!(
        (&system["type"], &system["wa_id"]),
        (&json!("user_changed_number"), &json!("15550107777"))
    );
    assert_eq!(system["previous_user_id"], old);
    assert_ne!(system["user_id"], old);
    let new = system["user_id"].clone();

    scene.send_text("+15550109999", "Still there?").await;
    assert_eq!(
        scene.change().await["statuses"][0]["errors"][0]["code"],
        131026,
        "the old number is nobody's"
    );
    scene.send_text("+15550107777", "There you are").await;
    assert_eq!(scene.change().await["statuses"][0]["recipient_user_id"], new);

    let mut scene = Scene::open("moves-hidden").await;
    scene
        .customer_sends("ben", json!({"type": "text", "text": "Hi"}))
        .await;
    scene.change().await;
    scene
        .control(
            Method::POST,
            "/sandbox/customers/ben/number",
            json!({"phone": "+15550106666"}),
        )
        .await;
    let message = scene.change().await["messages"][0].clone();
    assert_eq!(message["system"]["type"], "user_changed_user_id");
    assert!(message.get("from").is_none() && message["system"].get("wa_id").is_none());
}

#[tokio::test]
async fn offers_are_stopped_and_resumed() {
    let mut scene = Scene::open("offers").await;
    let preferences = format!("/sandbox/customers/ann/threads/{PHONE}/preferences");
    let send = format!("/v26.0/{PHONE}/messages");
    for (wanted, failure) in [("stop", json!(131050)), ("resume", Value::Null)] {
        scene
            .control(Method::POST, &preferences, json!({"marketing_messages": wanted}))
            .await;
        let told = scene.change().await["user_preferences"][0].clone();
        assert_eq!(
            (&told["value"], &told["category"]),
            (&json!(wanted), &json!("marketing_messages"))
        );
        assert_eq!(told["wa_id"], "15550109999");
        assert_eq!(
            scene
                .graph(Method::POST, &send, marketing("+15550109999"))
                .await
                .0,
            200
        );
        assert_eq!(scene.change().await["statuses"][0]["errors"][0]["code"], failure);
    }
}

#[tokio::test]
async fn voice_documents_and_answers_from_an_ad_reach_the_business() {
    let mut scene = Scene::open("files").await;
    let voice = json!({"type": "audio", "data_base64": "T2dnUw==", "mime_type": "audio/ogg; codecs=opus", "voice": true});
    scene.customer_sends("ann", voice).await;
    let audio = scene.change().await["messages"][0]["audio"].clone();
    assert_eq!(
        (&audio["voice"], &audio["mime_type"]),
        (&json!(true), &json!("audio/ogg; codecs=opus"))
    );
    let paper = json!({"type": "document", "data_base64": "JVBERi0xLjQ=", "filename": "offer.pdf", "caption": "Please"});
    scene.customer_sends("ann", paper).await;
    let document = scene.change().await["messages"][0]["document"].clone();
    assert_eq!(
        (&document["filename"], &document["mime_type"]),
        (&json!("offer.pdf"), &json!("application/pdf"))
    );
    assert_eq!(document["caption"], "Please");
    scene
        .customer_sends("ann", json!({"type": "unsupported", "kind": "poll"}))
        .await;
    let unsupported = scene.change().await["messages"][0].clone();
    assert_eq!(
        (
            &unsupported["errors"][0]["code"],
            &unsupported["unsupported"]["type"]
        ),
        (&json!(131051), &json!("poll"))
    );

    let ad = json!({"source_type": "ad", "source_id": "1200", "source_url": "https://fb.me/x", "ctwa_clid": "AbC"});
    scene
        .customer_sends(
            "ann",
            json!({"type": "text", "text": "I saw your ad", "referral": ad}),
        )
        .await;
    assert_eq!(scene.change().await["messages"][0]["referral"], ad);
    scene.send_text("+15550109999", "Welcome").await;
    let sent = scene.change().await["statuses"][0].clone();
    assert_eq!(
        (&sent["pricing"]["type"], &sent["pricing"]["billable"]),
        (&json!("free_entry_point"), &json!(false))
    );
    assert_eq!(sent["conversation"]["origin"]["type"], "referral_conversion");
    scene.change().await;

    let spoken = json!({"messaging_product": "whatsapp", "to": "+15550109999", "type": "audio", "audio": {"link": "https://ex.test/a.ogg", "voice": true}});
    let (_, answer) = scene
        .graph(Method::POST, &format!("/v26.0/{PHONE}/messages"), spoken)
        .await;
    scene.change().await;
    scene.change().await;
    let played = json!({"message_id": answer["messages"][0]["id"]});
    scene
        .control(
            Method::POST,
            &format!("/sandbox/customers/ann/threads/{PHONE}/played"),
            played,
        )
        .await;
    assert_eq!(scene.change().await["statuses"][0]["status"], "played");
}

#[tokio::test]
async fn who_is_blocked_is_not_heard_and_not_reached() {
    let mut scene = Scene::open("blocked").await;
    let edge = format!("/v26.0/{PHONE}/block_users");
    let people = json!({"messaging_product": "whatsapp", "block_users": [{"user": "+15550109999"}]});
    let (_, early) = scene.graph(Method::POST, &edge, people.clone()).await;
    assert_eq!(
        early["errors"]["code"], 139100,
        "only who wrote lately can be blocked"
    );
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    scene.change().await;
    let (_, blocked) = scene.graph(Method::POST, &edge, people.clone()).await;
    assert_eq!(blocked["block_users"]["added_users"][0]["wa_id"], "15550109999");
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hello?"}))
        .await;
    scene.send_text("+15550109999", "No").await;
    assert_eq!(scene.change().await["statuses"][0]["errors"][0]["code"], 130403);
    assert_eq!(
        scene.graph(Method::GET, &edge, Value::Null).await.1["data"][0]["wa_id"],
        "15550109999"
    );
    scene.graph(Method::DELETE, &edge, people).await;
    scene.send_text("+15550109999", "Back").await;
    assert_eq!(scene.change().await["statuses"][0]["status"], "sent");
}

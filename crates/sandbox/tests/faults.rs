//! Switches that make calls go wrong, the guard of the control API, and the state file.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and a scene is told in one piece"
)]

mod scene;

use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::Method;
use scene::{PHONE, Scene, TOKEN};
use serde_json::{Value, json};

/// Sends over the raw client, which sees a broken connection as an error.
async fn send(scene: &Scene, data: &str) -> Result<u16, String> {
    let body = json!({
        "messaging_product": "whatsapp", "to": "+15550109999", "type": "text",
        "text": {"body": data}, "biz_opaque_callback_data": data,
    });
    let request = scene
        .request(Method::POST, &format!("/v26.0/{PHONE}/messages"))
        .header("Authorization", format!("Bearer {TOKEN}"));
    scene
        .raw(request, Bytes::from(body.to_string()))
        .await
        .map(|(status, _)| status.as_u16())
}

async fn calls(scene: &Scene) -> Vec<(String, String, Value)> {
    let calls = scene
        .control(Method::GET, "/sandbox/calls?since=0", Value::Null)
        .await;
    let noted = |call: &Value| {
        let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
        (
            text("biz_opaque_callback_data"),
            text("outcome"),
            call["status"].clone(),
        )
    };
    calls["calls"].as_array().unwrap().iter().map(noted).collect()
}

#[tokio::test]
async fn resets_happen_after_or_before_the_message_is_accepted() {
    let mut scene = Scene::open("resets").await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    scene.change().await;
    let faults = json!({"next": [
        {"kind": "reset_after_accept", "count": 1, "phone_number_id": PHONE},
        {"kind": "reset_before_accept", "count": 1},
        {"kind": "http_500_after_accept", "count": 1},
        {"kind": "error", "code": 130429, "count": 1}]});
    scene.control(Method::POST, "/sandbox/faults", faults).await;
    assert!(send(&scene, "after").await.is_err());
    assert!(send(&scene, "before").await.is_err());
    assert_eq!(send(&scene, "five hundred").await, Ok(500));
    assert_eq!(send(&scene, "refused").await, Ok(429));
    assert_eq!(send(&scene, "fine").await, Ok(200));

    let shown: Vec<Value> = scene
        .thread("ann")
        .await
        .iter()
        .map(|message| message["content"]["body"].clone())
        .collect();
    assert_eq!(shown, ["Hi", "after", "five hundred", "fine"]);
    let status = scene.change().await["statuses"][0].clone();
    assert_eq!(
        (&status["status"], &status["biz_opaque_callback_data"]),
        (&json!("sent"), &json!("after"))
    );
    let expected = [
        ("after", "reset_after_accept", Value::Null),
        ("before", "reset_before_accept", Value::Null),
        ("five hundred", "answered", json!(500)),
        ("refused", "answered", json!(429)),
        ("fine", "answered", json!(200)),
    ];
    assert_eq!(
        calls(&scene).await,
        expected.map(|(data, outcome, status)| (data.to_owned(), outcome.to_owned(), status))
    );
}

#[tokio::test]
async fn faults_are_aimed_at_one_call_and_come_after_acceptance_too() {
    let mut scene = Scene::open("aimed").await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    scene.change().await;
    let faults = json!({"skip_delivered": true, "reorder_webhooks": true, "next": [
        {"kind": "async_error", "code": 131049, "callback_data": "second"},
        {"kind": "http_500_after_accept", "http_status": 503, "to": "+15550108888"}]});
    scene.control(Method::POST, "/sandbox/faults", faults).await;
    assert_eq!(send(&scene, "first").await, Ok(200));
    assert_eq!(
        (
            &scene.change().await["statuses"][0]["status"],
            &scene.change().await["statuses"][0]["status"]
        ),
        (&json!("delivered"), &json!("sent")),
        "newest first"
    );
    assert_eq!(send(&scene, "second").await, Ok(200));
    let failed = scene.change().await["statuses"][0].clone();
    assert_eq!(
        (&failed["biz_opaque_callback_data"], &failed["errors"][0]["code"]),
        (&json!("second"), &json!(131049))
    );
    let (status, _) = scene.send_text("+15550108888", "x").await;
    assert_eq!(status, 503);
    let request = scene
        .request(Method::GET, &format!("/v26.0/{PHONE}"))
        .header("Authorization", format!("Bearer {TOKEN}"))
        .header("X-Sandbox-Fault", "error=80007");
    let (status, body) = scene.raw(request, Bytes::new()).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status.as_u16(), &body["error"]["code"]), (400, &json!(80007)));
    scene
        .control(Method::POST, "/sandbox/faults", json!({"outage": true}))
        .await;
    assert_eq!(send(&scene, "third").await, Ok(503));
    let filter = format!("/sandbox/calls?phone_number_id={PHONE}&path=/messages&limit=2");
    let calls = scene.control(Method::GET, &filter, Value::Null).await;
    let arrivals: Vec<u64> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["arrived_ns"].as_u64().unwrap())
        .collect();
    assert!(arrivals.len() == 2 && arrivals[0] < arrivals[1]);
}

#[tokio::test]
async fn the_control_api_is_for_this_machine_and_its_own_page() {
    let scene = Scene::open("guard").await;
    let status = async |header: &str, value: &str| {
        let request = scene.request(Method::GET, "/sandbox/state").header(header, value);
        scene.raw(request, Bytes::new()).await.unwrap().0.as_u16()
    };
    assert_eq!(status("Origin", &scene.url).await, 200);
    assert_eq!(status("Origin", "http://evil.example").await, 403);
    assert_eq!(status("Origin", "null").await, 403);
    assert_eq!(status("Host", "rebound.example").await, 403);
    let state = scene.control(Method::GET, "/sandbox/state", Value::Null).await;
    assert!(!state.to_string().contains(scene::APP_SECRET) && !state.to_string().contains(TOKEN));
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let mut scene = Scene::open("restart").await;
    scene
        .control(Method::POST, "/sandbox/faults", json!({"webhook_outage": true}))
        .await;
    let id = scene
        .customer_sends("ann", json!({"type": "image", "data_base64": "iVBORw0KGgo="}))
        .await;
    send(&scene, "kept").await.unwrap();
    scene.advance_hours(3).await;
    let before = scene
        .control(Method::GET, "/sandbox/customers", Value::Null)
        .await;
    let thread = scene.thread("ann").await;
    scene.restart().await;
    assert_eq!(
        scene.offset.load(Ordering::SeqCst),
        3 * 3600 * 1000,
        "the shared clock offset is raised"
    );
    assert_eq!(
        scene
            .control(Method::GET, "/sandbox/customers", Value::Null)
            .await,
        before
    );
    let webhook = scene.change().await;
    assert_eq!(
        webhook["messages"][0]["id"],
        id.as_str(),
        "what was held back is posted"
    );
    let after = scene.thread("ann").await;
    assert_eq!(after.len(), thread.len());
    assert_eq!(after[1]["content"], json!({"body": "kept"}));
    assert_eq!(calls(&scene).await.len(), 1);
    let picture = scene.request(Method::GET, after[0]["content"]["url"].as_str().unwrap());
    assert_eq!(scene.raw(picture, Bytes::new()).await.unwrap().0, 200);
    let next = scene
        .customer_sends("ann", json!({"type": "text", "text": "Still here"}))
        .await;
    assert_ne!(next, id);
}

//! Limits of pace and volume, and what Meta decides about templates, numbers and accounts.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and a scene is told in one piece"
)]

mod scene;

use http::Method;
use scene::{PHONE, Scene, WABA};
use serde_json::{Value, json};

async fn code_of_send(scene: &Scene, to: &str) -> Value {
    scene.send_text(to, "x").await.1["error"]["code"].clone()
}

fn come_back(to: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "template", "template": {
        "name": "come_back", "language": {"code": "en_US"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ann"}]}]}})
}

async fn send_template(scene: &Scene, to: &str) -> (u16, Value) {
    scene
        .graph(Method::POST, &format!("/v26.0/{PHONE}/messages"), come_back(to))
        .await
}

async fn limits(scene: &Scene, body: Value) {
    scene.control(Method::POST, "/sandbox/limits", body).await;
}

#[tokio::test]
async fn a_number_a_pair_and_a_portfolio_have_their_limits() {
    let scene = Scene::open("limits").await;
    let mut accepted = 0;
    let refused = loop {
        match code_of_send(&scene, "+15550109999").await {
            Value::Null => accepted += 1,
            code => break code,
        }
    };
    assert_eq!(
        (accepted, refused),
        (45, json!(131056)),
        "one customer: 45 at once"
    );
    scene
        .control(Method::POST, "/sandbox/clock", json!({"advance_seconds": 6}))
        .await;
    assert_eq!(
        code_of_send(&scene, "+15550109999").await,
        Value::Null,
        "six seconds lend one more"
    );
    assert_eq!(code_of_send(&scene, "+15550109999").await, json!(131056));

    limits(&scene, json!({"pair_interval_ms": 0})).await;
    let mut accepted = 0;
    let refused = loop {
        match code_of_send(&scene, "+15550109999").await {
            Value::Null => accepted += 1,
            code => break code,
        }
    };
    assert_eq!(
        (accepted, refused),
        (80, json!(130429)),
        "a number: 80 in a second"
    );

    limits(
        &scene,
        json!({"pair_interval_ms": 0, "messages_per_second": 0, "daily_customers": 2}),
    )
    .await;
    for person in 0..2 {
        assert_eq!(
            send_template(&scene, &format!("+1555010300{person}")).await.0,
            200
        );
    }
    assert_eq!(
        send_template(&scene, "+15550103009").await.1["error"]["code"],
        131048
    );
    assert_eq!(
        send_template(&scene, "+15550103001").await.0,
        200,
        "the same customer again is free"
    );
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    assert_eq!(
        send_template(&scene, "+15550109999").await.0,
        200,
        "an open window does not count"
    );
    scene.advance_hours(24).await;
    assert_eq!(
        send_template(&scene, "+15550103009").await.0,
        200,
        "the window of 24 hours moves"
    );
    scene
        .control(Method::DELETE, "/sandbox/limits", Value::Null)
        .await;
    let back = scene.control(Method::GET, "/sandbox/limits", Value::Null).await;
    assert_eq!(
        (&back["pair_burst"], &back["daily_customers"]),
        (&json!(45), &Value::Null)
    );
}

#[tokio::test]
async fn registering_too_often_locks_the_number() {
    let scene = Scene::open("registrations").await;
    let register = format!("/v26.0/{PHONE}/register");
    let pin = json!({"messaging_product": "whatsapp", "pin": "123456"});
    for _ in 0..10 {
        assert_eq!(scene.graph(Method::POST, &register, pin.clone()).await.0, 200);
    }
    assert_eq!(
        scene.graph(Method::POST, &register, pin.clone()).await.1["error"]["code"],
        133016
    );
    scene.advance_hours(72).await;
    assert_eq!(scene.graph(Method::POST, &register, pin).await.0, 200);

    let added = json!({"cc": "49", "phone_number": "30 5550199", "verified_name": "Filiale"});
    let (_, made) = scene
        .graph(Method::POST, &format!("/v26.0/{WABA}/phone_numbers"), added)
        .await;
    let node = format!("/v26.0/{}", made["id"].as_str().unwrap());
    let pin = json!({"messaging_product": "whatsapp", "pin": "222222"});
    let early = scene
        .graph(Method::POST, &format!("{node}/register"), pin.clone())
        .await;
    assert_eq!(early.1["error"]["code"], 133006);
    let ask = json!({"code_method": "SMS", "language": "de"});
    assert_eq!(
        scene
            .graph(Method::POST, &format!("{node}/request_code"), ask)
            .await
            .0,
        200
    );
    let wrong = scene
        .graph(Method::POST, &format!("{node}/verify_code"), json!({"code": "x"}))
        .await;
    assert_eq!(wrong.1["error"]["code"], 136025);
    let state = scene.control(Method::GET, "/sandbox/state", Value::Null).await;
    let numbers = state["numbers"].as_array().unwrap();
    let code = numbers.iter().find(|number| number["id"] == made["id"]).unwrap()["verification_code"].clone();
    assert_eq!(
        scene
            .graph(
                Method::POST,
                &format!("{node}/verify_code"),
                json!({"code": code})
            )
            .await
            .0,
        200
    );
    assert_eq!(
        scene
            .graph(Method::POST, &format!("{node}/register"), pin)
            .await
            .0,
        200
    );
    let (_, shown) = scene
        .graph(
            Method::GET,
            &format!("{node}?fields=status,code_verification_status"),
            Value::Null,
        )
        .await;
    assert_eq!(
        (&shown["status"], &shown["code_verification_status"]),
        (&json!("CONNECTED"), &json!("VERIFIED"))
    );
}

#[tokio::test]
async fn red_quality_pauses_a_template_twice_and_then_disables_it() {
    let mut scene = Scene::open("quality").await;
    let listed = scene
        .control(Method::GET, "/sandbox/templates", Value::Null)
        .await;
    let templates = listed["templates"].as_array().unwrap();
    let id = templates
        .iter()
        .find(|template| template["name"] == "come_back")
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let quality = format!("/sandbox/templates/{id}/quality");
    let mut told = Vec::new();
    for (hours, code) in [(3, 132015), (6, 132015), (0, 132016)] {
        scene
            .control(Method::POST, &quality, json!({"score": "red"}))
            .await;
        assert_eq!(
            send_template(&scene, "+15550109999").await.1["error"]["code"],
            code
        );
        if hours > 0 {
            let unpause = scene
                .graph(Method::POST, &format!("/v26.0/{id}/unpause"), Value::Null)
                .await
                .1;
            assert_eq!(unpause["success"], false, "a quality pause ends by time only");
            scene.advance_hours(hours).await;
            assert_eq!(send_template(&scene, "+15550109999").await.0, 200);
        }
    }
    while told.len() < 5 {
        let change = scene.change().await;
        if let Some(title) = change.pointer("/other_info/title") {
            told.push(title.as_str().unwrap().to_owned());
        }
    }
    assert_eq!(
        told,
        ["FIRST_PAUSE", "UNPAUSE", "SECOND_PAUSE", "UNPAUSE", "DISABLED"]
    );
}

#[tokio::test]
async fn held_messages_go_out_or_fail_when_the_holding_ends() {
    let mut scene = Scene::open("held").await;
    let listed = scene
        .control(Method::GET, "/sandbox/templates", Value::Null)
        .await;
    let id = listed["templates"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["name"] == "come_back")
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let pacing = format!("/sandbox/templates/{id}/pacing");
    for drop in [false, true] {
        scene.control(Method::POST, &pacing, json!({"hold": true})).await;
        let (_, answer) = send_template(&scene, "+15550109999").await;
        assert_eq!(
            answer["messages"][0]["message_status"],
            "held_for_quality_assessment"
        );
        let released = scene
            .control(Method::POST, &pacing, json!({"hold": false, "drop": drop}))
            .await;
        assert_eq!(released["released"], 1);
        let status = scene.change().await["statuses"][0].clone();
        if drop {
            assert_eq!(
                (&status["status"], &status["errors"][0]["code"]),
                (&json!("failed"), &json!(132015))
            );
        } else {
            assert_eq!(status["status"], "sent");
            assert_eq!(scene.change().await["statuses"][0]["status"], "delivered");
        }
    }
}

#[tokio::test]
async fn metas_decisions_are_told_and_felt() {
    let mut scene = Scene::open("decisions").await;
    let waba = format!("/sandbox/wabas/{WABA}");
    let number = format!("/sandbox/numbers/{PHONE}");
    scene
        .control(Method::POST, &waba, json!({"messaging_limit": "TIER_2K"}))
        .await;
    assert_eq!(
        scene.change().await,
        json!({"max_daily_conversations_per_business": "TIER_2K"})
    );
    scene
        .control(Method::POST, &number, json!({"quality_rating": "RED"}))
        .await;
    assert_eq!(
        scene.change().await,
        json!({"display_phone_number": "15550100200", "event": "FLAGGED"})
    );
    scene
        .control(Method::POST, &number, json!({"throughput_level": "HIGH"}))
        .await;
    assert_eq!(scene.change().await["event"], "THROUGHPUT_UPGRADE");
    let fields = "quality_rating,throughput,whatsapp_business_manager_messaging_limit";
    let (_, node) = scene
        .graph(
            Method::GET,
            &format!("/v26.0/{PHONE}?fields={fields}"),
            Value::Null,
        )
        .await;
    assert_eq!(
        node,
        json!({"id": PHONE, "quality_rating": "RED", "throughput": {"level": "HIGH"}, "whatsapp_business_manager_messaging_limit": "TIER_2K"})
    );
    scene
        .control(Method::POST, &waba, json!({"status": "DISABLED"}))
        .await;
    assert_eq!(scene.change().await["ban_info"]["waba_ban_state"], "DISABLE");
    assert_eq!(code_of_send(&scene, "+15550109999").await, json!(131031));
    scene
        .control(Method::POST, &waba, json!({"status": "ACTIVE", "payment": false}))
        .await;
    assert_eq!(scene.change().await["ban_info"]["waba_ban_state"], "REINSTATE");
    scene
        .customer_sends("ann", json!({"type": "text", "text": "Hi"}))
        .await;
    scene.change().await;
    assert_eq!(code_of_send(&scene, "+15550109999").await, Value::Null);
    assert_eq!(scene.change().await["statuses"][0]["errors"][0]["code"], 131042);

    let raw = json!({"event": "PARTNER_REMOVED", "waba_info": {"waba_id": WABA}});
    scene
        .control(
            Method::POST,
            "/sandbox/webhooks",
            json!({"waba_id": WABA, "field": "account_update", "value": raw, "time": 7}),
        )
        .await;
    let hook = scene.hook().await;
    let body: Value = serde_json::from_slice(&hook.body).unwrap();
    assert_eq!(
        body,
        json!({"object": "whatsapp_business_account", "entry": [{"id": WABA, "time": 7, "changes": [{"field": "account_update", "value": raw}]}]})
    );
}

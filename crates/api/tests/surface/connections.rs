//! Connecting a number: the log stops at the step that failed, says the cure, and goes on from there.

use domain::ports::FaultClass;
use serde_json::{Value, json};

use crate::{
    provider::template,
    stage::{Payload, Side, Stage, get, post},
};

const STEPS: [&str; 9] = [
    "token",
    "scopes",
    "waba",
    "number",
    "register",
    "subscribe",
    "route",
    "templates",
    "test",
];
const TOKEN: &str = "first-token-of-alder";

fn states(connection: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    connection["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (text(&step["step"]), text(&step["state"])))
        .collect()
}

/// Steps before the failed one are done, those after it pending.
fn stopped_at(failed: &str) -> Vec<(String, String)> {
    let at = STEPS
        .iter()
        .position(|step| *step == failed)
        .unwrap_or(STEPS.len());
    let state = |index: usize| match index.cmp(&at) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal => "failed",
        std::cmp::Ordering::Greater => "pending",
    };
    STEPS
        .iter()
        .enumerate()
        .map(|(index, step)| ((*step).to_owned(), state(index).to_owned()))
        .collect()
}

async fn connect(stage: &Stage, side: &Side, waba: &str, number: &str) -> Value {
    let body = json!({
        "meta_app_id": stage.app.meta_app_id, "provider_waba_id": waba, "provider_number_id": number, "access_token": TOKEN,
    });
    let answer = stage
        .call(
            &post(side.path("connections"), Payload::Json(body)),
            &side.session,
        )
        .await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()
}

async fn resume(stage: &Stage, side: &Side, connection: &Value, body: Value) -> Value {
    let path = side.path(&format!(
        "connections/{}/resume",
        connection["id"].as_str().unwrap()
    ));
    let answer = stage.call(&post(path, Payload::Json(body)), &side.session).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

/// What the provider refuses, with which class, at which step that shows, and a word of the cure.
const FAULTS: [(&str, FaultClass, &str, &str); 6] = [
    ("token_fields", FaultClass::Token, "token", "new token"),
    (
        "waba_fields",
        FaultClass::Permission,
        "waba",
        "whatsapp_business_management",
    ),
    (
        "number_fields",
        FaultClass::Invalid,
        "number",
        "not the phone number",
    ),
    ("subscribe", FaultClass::Permission, "subscribe", "this very app"),
    (
        "subscribed_apps",
        FaultClass::ProviderDown,
        "subscribe",
        "resume in a minute",
    ),
    ("list_templates", FaultClass::Other, "templates", "resume"),
];

fn assert_failed(failed: &Value, step: &str, cure: &str) {
    assert_eq!(
        (&failed["state"], states(failed)),
        (&json!("failed"), stopped_at(step))
    );
    let position = STEPS.iter().position(|name| *name == step).unwrap();
    let detail = failed["steps"][position]["detail"].as_str().unwrap();
    assert!(detail.contains(cure) && detail.contains("(100)"), "{detail}");
    let unproven = failed["phone_number_id"].is_null();
    assert_eq!(
        unproven,
        step != "templates",
        "a number routes before it is proven"
    );
}

async fn assert_connected(stage: &Stage, side: &Side, connected: &Value, token: &str) {
    assert_eq!(
        (&connected["state"], states(connected)),
        (&json!("connected"), stopped_at("none"))
    );
    assert_eq!(stage.provider.last_token().as_deref(), Some(token));
    let text = |field: &str| connected[field].as_str().unwrap().to_owned();
    let path = side.path(&format!("connections/{}", text("id")));
    let shown = stage.call(&get(path), &side.session).await.json();
    assert_eq!(&shown, connected);
    assert!(!shown.to_string().contains(token));
    let number = side.path(&format!("numbers/{}", text("phone_number_id")));
    let number = stage.call(&get(number), &side.session).await.json();
    assert_eq!(number["status"], "CONNECTED");
}

#[tokio::test]
async fn each_step_can_fail_and_be_resumed() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage.provider.set_templates(vec![template("welcome")]);
    for (index, (call, class, step, cure)) in FAULTS.into_iter().enumerate() {
        stage.provider.fail(call, class);
        let failed = connect(&stage, &side, &format!("31{index}"), &format!("32{index}")).await;
        assert_failed(&failed, step, cure);
        stage.provider.heal();
        let (token, body) = match step {
            "token" => (
                "second-token-of-alder",
                json!({"access_token": "second-token-of-alder"}),
            ),
            _ => (TOKEN, json!({})),
        };
        let connected = resume(&stage, &side, &failed, body).await;
        assert_eq!(connected["id"], failed["id"]);
        assert_connected(&stage, &side, &connected, token).await;
    }
    let accounts = "select row_to_json(a)::text as row from provider_accounts a";
    let stored = stage.db.json(accounts).await.to_string();
    let in_the_clear = stored.contains(TOKEN) || stored.contains(&hex(TOKEN));
    assert!(!in_the_clear, "a token is stored in the clear");
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_token_of_another_app_subscribes_in_vain() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage.provider.forget_apps();
    let failed = connect(&stage, &side, "41", "42").await;
    assert_eq!(states(&failed), stopped_at("subscribe"));
    assert!(
        failed["steps"][5]["detail"]
            .as_str()
            .unwrap()
            .contains(&stage.app.app_id)
    );
}

fn detail<'a>(connection: &'a Value, step: &str) -> &'a str {
    let steps = connection["steps"].as_array().unwrap();
    let found = steps.iter().find(|found| found["step"] == step).unwrap();
    found["detail"].as_str().unwrap()
}

#[tokio::test]
async fn the_permission_that_is_missing_is_named() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage.provider.lack(Some("whatsapp_business_messaging"));
    let failed = connect(&stage, &side, "61", "62").await;
    assert_eq!(states(&failed), stopped_at("scopes"));
    assert!(detail(&failed, "scopes").starts_with("The token lacks whatsapp_business_messaging."));
    stage.provider.lack(None);
    let resumed = resume(&stage, &side, &failed, json!({"access_token": "a-better-token"})).await;
    assert_eq!(states(&resumed), stopped_at("none"));
}

#[tokio::test]
async fn a_number_is_registered_once_under_a_pin_that_nobody_sees() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage.provider.unregister();
    stage.provider.fail_with("register", FaultClass::Invalid, 133_005);
    let failed = connect(&stage, &side, "63", "64").await;
    assert_eq!(states(&failed), stopped_at("register"));
    assert!(detail(&failed, "register").contains("Resume with that PIN"));
    let again = resume(&stage, &side, &failed, json!({})).await;
    assert_eq!(states(&again), stopped_at("register"));
    let made = stage.provider.pins.lock().unwrap().clone();
    assert!(
        made.len() == 2 && made[0] == made[1] && made[0].len() == 6,
        "a second PIN was made"
    );
    stage.provider.heal();
    let connected = resume(&stage, &side, &failed, json!({"pin": "271828"})).await;
    assert_eq!(states(&connected), stopped_at("none"));
    let pins = stage.provider.pins.lock().unwrap().clone();
    assert_eq!(pins.last().map(String::as_str), Some("271828"));
    let once_more = resume(&stage, &side, &failed, json!({})).await;
    assert_eq!(detail(&once_more, "register"), "It is registered already.");
    assert_eq!(stage.provider.pins.lock().unwrap().len(), pins.len());
    let stored = stage
        .db
        .json("select row_to_json(c)::text as row from connections c")
        .await
        .to_string();
    assert!(
        !stored.contains("271828") && !stored.contains(&hex("271828")),
        "a PIN is stored in the clear"
    );
    assert!(
        stored.contains("pin_sealed"),
        "the look-up does not see the PIN's column"
    );
}

#[tokio::test]
async fn a_test_message_goes_through_the_ledger_once() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage
        .provider
        .set_templates(vec![template("hello_world"), template("a_welcome")]);
    let connected = connect(&stage, &side, "65", "66").await;
    let test = json!({"test_to": {"by": "phone", "value": "+15550100901"}});
    let tested = resume(&stage, &side, &connected, test.clone()).await;
    assert_eq!(states(&tested), stopped_at("none"));
    let words = detail(&tested, "test").to_owned();
    let message = words
        .split_whitespace()
        .find(|word| word.starts_with("msg_"))
        .unwrap();
    let path = side.path(&format!("messages/{}", message.trim_end_matches(';')));
    let sent = stage.call(&get(path), &side.session).await.json();
    assert_eq!(sent["message"]["content"]["name"], "hello_world");
    let again = resume(&stage, &side, &connected, test).await;
    assert!(detail(&again, "test").starts_with("Queued before"));
}

#[tokio::test]
async fn the_doctor_finds_what_broke_and_changes_nothing() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let path = side.path(&format!("numbers/{}/diagnosis", side.id("num")));
    let before = stage.db.digest(side.tenant.tenant_id).await;
    let healthy = stage.call(&get(&path), &side.session).await.json();
    assert_eq!(healthy["healthy"], true, "{healthy}");
    stage.provider.take_calls();
    stage.provider.forget_apps();
    stage.provider.unregister();
    stage.provider.lack(Some("whatsapp_business_management"));
    let ill = stage.call(&get(&path), &side.session).await.json();
    let failed: Vec<_> = ill["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["state"] == "failed")
        .collect();
    let names: Vec<_> = failed
        .iter()
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        (&ill["healthy"], names),
        (&json!(false), vec!["scopes", "register", "subscribe"])
    );
    assert_eq!(
        stage.provider.take_calls(),
        ["token_fields", "waba_fields", "number_fields", "subscribed_apps"]
    );
    assert_eq!(stage.db.digest(side.tenant.tenant_id).await, before);
}

#[tokio::test]
async fn a_number_of_another_tenant_is_refused_without_naming_them() {
    let (stage, a, b) = Stage::two().await;
    let theirs = connect(&stage, &b, "51", "52").await;
    assert_eq!(theirs["state"], "connected");
    let digest = stage.db.digest(b.tenant.tenant_id).await;
    for (waba, number) in [("51", "52"), ("51", "53"), ("54", "52")] {
        let failed = connect(&stage, &a, waba, number).await;
        assert_eq!(
            (&failed["state"], states(&failed)),
            (&json!("failed"), stopped_at("route"))
        );
        let words = failed.to_string();
        assert!(
            words.contains("connected already")
                && !words.contains(b.slug)
                && !words.contains(&b.tenant.tenant_id.to_string())
        );
        assert!(failed["phone_number_id"].is_null());
        let again = resume(&stage, &a, &failed, json!({})).await;
        assert_eq!(states(&again), stopped_at("route"));
    }
    assert_eq!(stage.db.digest(b.tenant.tenant_id).await, digest);
    let numbers = stage.call(&get(a.path("numbers")), &a.session).await.json();
    assert_eq!(numbers["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_typed_wrong_starts_no_run() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let before = stage.db.digest(side.tenant.tenant_id).await;
    for (field, value) in [
        ("provider_waba_id", "+1 555"),
        ("provider_number_id", ""),
        ("access_token", "with a space"),
    ] {
        let mut body = json!({
            "meta_app_id": stage.app.meta_app_id, "provider_waba_id": "1", "provider_number_id": "2", "access_token": TOKEN,
        });
        body[field] = json!(value);
        let answer = stage
            .call(
                &post(side.path("connections"), Payload::Json(body)),
                &side.session,
            )
            .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["fields"][0]["field"]),
            (400, &json!(field))
        );
    }
    assert_eq!(stage.db.digest(side.tenant.tenant_id).await, before);
}

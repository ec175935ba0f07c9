//! What stops a number: resuming lifts what a person may lift, connecting again what that disproves, and the rest stays
//! explained.

use serde_json::{Value, json};

use crate::stage::{Answer, Payload, Side, Stage, get, post};

/// The number is stopped for these reasons, and no other.
async fn stopped(stage: &Stage, side: &Side, classes: &[&str]) {
    let (tenant, number) = (side.tenant.tenant_id.uuid(), side.tenant.phone_number_id.uuid());
    stage
        .db
        .sql(&format!("delete from number_stops where tenant_id = '{tenant}'"))
        .await;
    for (minute, class) in classes.iter().enumerate() {
        stage
            .db
            .sql(&format!(
                "insert into number_stops (tenant_id, phone_number_id, class, reason, at)
                 values ('{tenant}', '{number}', '{class}', 'It is {class}.', '2026-11-22 10:{minute:02}')"
            ))
            .await;
    }
    for table in ["phone_numbers", "lanes"] {
        stage
            .db
            .sql(&format!(
                "update {table} set paused_reason = 'It is {}.' where id = '{number}'",
                classes[0]
            ))
            .await;
    }
}

async fn resume(stage: &Stage, side: &Side) -> Answer {
    let path = side.path(&format!("numbers/{}/resume", side.id("num")));
    stage.call(&post(path, Payload::Nothing), &side.session).await
}

fn classes(number: &Value) -> Vec<String> {
    let stops = number["stops"].as_array().unwrap();
    stops
        .iter()
        .map(|stop| {
            format!(
                "{} {}",
                stop["class"].as_str().unwrap(),
                stop["lift"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test]
async fn resuming_lifts_what_a_person_may_lift_and_says_what_stays() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stopped(&stage, &side, &["payment", "token", "disabled"]).await;
    let number = get(side.path(&format!("numbers/{}", side.id("num"))));
    let shown = stage.call(&number, &side.session).await.json();
    assert_eq!(
        classes(&shown),
        ["payment resume", "token reconnect", "disabled resume"]
    );
    assert_eq!(shown["paused_reason"], "It is payment.");
    let resumed = resume(&stage, &side).await;
    assert_eq!(resumed.status, 200);
    let resumed = resumed.json();
    assert_eq!(classes(&resumed), ["token reconnect"]);
    assert_eq!(resumed["paused_reason"], "It is token.");
    let lane = get(side.path(&format!("numbers/{}/lane", side.id("num"))));
    let lane = stage.call(&lane, &side.session).await.json();
    assert_eq!(lane["paused_reason"], "It is token.");
    let written = stage
        .db
        .json("select details::jsonb as details from audit_entries where action = 'number.resume'")
        .await;
    assert_eq!(
        written[0]["details"],
        json!({"lifted": ["payment", "disabled"], "left": ["token"]})
    );
    let refused = resume(&stage, &side).await;
    assert_eq!(refused.problem(), (422, "stop-stays".to_owned()));
    let words = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(words.ends_with("It is token."), "{words}");
}

#[tokio::test]
async fn connecting_again_lifts_what_it_disproves_and_nothing_else() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stopped(&stage, &side, &["token", "offboarded", "payment"]).await;
    stage
        .db
        .sql("update waba_routes set provider_waba_id = '551'; update number_routes set provider_number_id = '552'")
        .await;
    let body = json!({
        "meta_app_id": stage.app.meta_app_id,
        "provider_waba_id": "551",
        "provider_number_id": "552",
        "access_token": "a-new-token-of-alder",
    });
    let connected = stage
        .call(
            &post(side.path("connections"), Payload::Json(body)),
            &side.session,
        )
        .await
        .json();
    assert_eq!(connected["state"], "connected", "{connected}");
    let number = get(side.path(&format!("numbers/{}", side.id("num"))));
    let number = stage.call(&number, &side.session).await.json();
    assert_eq!(classes(&number), ["payment resume"]);
    assert_eq!(number["paused_reason"], "It is payment.");
    assert_eq!(resume(&stage, &side).await.json()["paused_reason"], Value::Null);
}

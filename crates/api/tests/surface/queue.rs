//! A message in the queue: why it waits, and withdrawing it.

use serde_json::{Value, json};

use crate::stage::{Call, Payload, Side, Stage, get, post};

fn send(side: &Side, key: &str, not_before: Option<&str>) -> Call {
    let mut body = json!({"conversation_id": side.id("cnv"), "content": {"type": "text", "body": "Hello"}});
    if let Some(at) = not_before {
        body["not_before"] = json!(at);
    }
    let mut call = post(side.path("messages"), Payload::Json(body));
    call.headers.push(("idempotency-key", key.to_owned()));
    call
}

async fn detail(stage: &Stage, side: &Side, id: &Value) -> Value {
    let path = side.path(&format!("messages/{}", id.as_str().unwrap()));
    stage.call(&get(path), &side.session).await.json()
}

fn cancel(side: &Side, id: &Value) -> Call {
    post(
        side.path(&format!("messages/{}/cancel", id.as_str().unwrap())),
        Payload::Nothing,
    )
}

#[tokio::test]
async fn a_message_waits_for_its_time_and_says_why_and_can_be_withdrawn_until_then() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let later = "2026-11-22T14:00:00Z";
    let sent = stage.call(&send(&side, "k1", Some(later)), &side.session).await;
    assert_eq!(sent.status, 202, "{}", sent.json());
    let id = &sent.json()["message"]["id"];
    let found = detail(&stage, &side, id).await;
    assert_eq!(
        (&found["waiting"]["reason"], &found["waiting"]["until"]),
        (&json!("scheduled"), &json!(later))
    );
    assert_eq!(found["attempts"][0]["wait"], "scheduled");
    for _ in 0..2 {
        let answer = stage.call(&cancel(&side, id), &side.session).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["status"]),
            (200, &json!("cancelled"))
        );
    }
    let found = detail(&stage, &side, id).await;
    assert_eq!(
        (&found["waiting"], &found["attempts"][0]["state"]),
        (&Value::Null, &json!("cancelled"))
    );
    let written = "select count(*) as n from audit_entries where action = 'message.cancel'";
    assert_eq!(stage.db.json(written).await[0]["n"], 1);

    let closed = stage
        .call(&send(&side, "k2", Some("2026-11-24T12:00:00Z")), &side.session)
        .await;
    assert_eq!(
        closed.problem().1,
        "window-closed",
        "the window is looked at as it will be then"
    );
    let far = stage
        .call(&send(&side, "k3", Some("2027-11-24T12:00:00Z")), &side.session)
        .await;
    assert_eq!(far.status, 400);
}

#[tokio::test]
async fn what_is_past_the_queue_stays_and_says_how_far_it_is() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let sent = stage.call(&send(&side, "k1", None), &side.session).await.json();
    let id = &sent["message"]["id"];
    assert_eq!(detail(&stage, &side, id).await["waiting"]["reason"], "turn");
    stage
        .db
        .sql("update lanes set paused_reason = 'The token is dead.'")
        .await;
    let waiting = &detail(&stage, &side, id).await["waiting"];
    assert_eq!(
        (&waiting["reason"], &waiting["words"]),
        (&json!("number_paused"), &json!("The token is dead."))
    );
    for (state, word) in [
        (1, "being sent"),
        (2, "taken"),
        (4, "may have been sent"),
        (3, "failed"),
    ] {
        stage
            .db
            .sql(&format!(
                "update send_attempts set state = {state} where message_id = '{}'",
                id.as_str().unwrap().replace("msg_", "")
            ))
            .await;
        let answer = stage.call(&cancel(&side, id), &side.session).await;
        assert_eq!(answer.problem(), (409, "not-cancellable".to_owned()));
        assert!(
            answer.json()["detail"].as_str().unwrap().contains(word),
            "{}",
            answer.json()
        );
    }
}

#[tokio::test]
async fn the_lane_tells_its_queue_its_pace_and_why_it_stands() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let path = side.path(&format!("numbers/{}/lane", side.id("num")));
    let lane = stage.call(&get(path.clone()), &side.session).await.json();
    assert_eq!(
        (
            &lane["depth"],
            &lane["throughput_mps"],
            &lane["breaker"],
            &lane["owned"],
            &lane["published_at"]
        ),
        (
            &json!(1),
            &json!(80),
            &json!("closed"),
            &json!(false),
            &Value::Null
        )
    );
    stage
        .db
        .sql(&format!(
            "insert into lane_state (tenant_id, phone_number_id, depth, in_flight, allowed_mps, calls, breaker, breaker_reason, next_try_at, published_at)
             values ('{}', '{}', 9, 3, 40, 12, 1, 'timed out', '2026-11-22 12:00:01Z', '2026-11-22 12:00Z')",
            side.tenant.tenant_id.uuid(),
            side.tenant.phone_number_id.uuid()
        ))
        .await;
    let lane = stage.call(&get(path), &side.session).await.json();
    assert_eq!(
        (
            &lane["in_flight"],
            &lane["allowed_mps"],
            &lane["breaker"],
            &lane["next_try_at"]
        ),
        (
            &json!(3),
            &json!(40),
            &json!("open"),
            &json!("2026-11-22T12:00:01Z")
        )
    );
    assert_eq!(lane["depth"], 1, "the queue is counted as it stands now");
}

//! Sending: once per key, and explained when refused.

use futures::future::join;
use serde_json::{Value, json};
use time::Duration;

use crate::stage::{Answer, Call, Payload, Side, Stage, get, post};

fn send(side: &Side, key: &str, body: Value) -> Call {
    let mut call = post(side.path("messages"), Payload::Json(body));
    call.headers.push(("idempotency-key", key.to_owned()));
    call
}

fn text(side: &Side, body: &str) -> Value {
    json!({"conversation_id": side.id("cnv"), "content": {"type": "text", "body": body}})
}

fn photo(side: &Side, parameters: Value) -> Value {
    let content = json!({"type": "template", "template_id": side.id("tpl"), "parameters": parameters});
    json!({"conversation_id": side.id("cnv"), "content": content})
}

async fn messages(stage: &Stage, side: &Side) -> u64 {
    let id = side.tenant.tenant_id.uuid();
    let rows = stage
        .db
        .json(&format!(
            "select count(*) as n from messages where tenant_id = '{id}'"
        ))
        .await;
    rows[0]["n"].as_u64().unwrap()
}

async fn stage() -> (Stage, Side) {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    (stage, side)
}

#[tokio::test]
async fn the_same_key_sends_once() {
    let (stage, side) = stage().await;
    let first = stage
        .call(&send(&side, "k1", text(&side, "Hello")), &side.session)
        .await;
    assert_eq!(
        (first.status.as_u16(), &first.json()["decision"]["rule"]),
        (202, &json!("allowed"))
    );
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let again = stage
        .call(&send(&side, "k1", text(&side, "Hello")), &side.session)
        .await;
    assert_eq!(again.status, 202);
    assert_eq!(
        (again.json(), &again.headers["idempotent-replayed"]),
        (first.json(), &"true".parse().unwrap())
    );
    let other = stage
        .call(&send(&side, "k1", text(&side, "Bye")), &side.session)
        .await;
    assert_eq!(other.problem(), (409, "idempotency-key-reused".to_owned()));
    assert_eq!(messages(&stage, &side).await, 3);

    let detail = stage
        .call(
            &get(side.path(&format!(
                "messages/{}",
                first.json()["message"]["id"].as_str().unwrap()
            ))),
            &side.session,
        )
        .await
        .json();
    assert_eq!(
        (&detail["attempts"][0]["state"], &detail["message"]["status"]),
        (&json!("planned"), &json!("queued"))
    );
    assert_eq!(
        detail["message"]["author"],
        json!({"kind": "user", "name": "Owner"})
    );
}

#[tokio::test]
async fn two_sends_at_once_with_one_key_are_one_message() {
    let (stage, side) = stage().await;
    for round in 0..10 {
        let call = send(&side, &format!("race-{round}"), text(&side, "Hello"));
        let (one, two) = join(stage.call(&call, &side.session), stage.call(&call, &side.key)).await;
        assert_eq!((one.status.as_u16(), two.status.as_u16()), (202, 202));
        assert_eq!(one.json()["message"]["id"], two.json()["message"]["id"]);
        let replayed = [&one, &two]
            .iter()
            .filter(|answer| answer.headers.contains_key("idempotent-replayed"))
            .count();
        assert_eq!((replayed, messages(&stage, &side).await), (1, round + 3));
    }
}

#[tokio::test]
async fn a_key_is_needed_and_a_refused_send_does_not_use_it_up() {
    let (stage, side) = stage().await;
    for key in [None, Some(String::new()), Some("x".repeat(129))] {
        let mut call = send(&side, "", text(&side, "Hello"));
        call.headers.clear();
        call.headers.extend(key.map(|key| ("idempotency-key", key)));
        let answer = stage.call(&call, &side.session).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["fields"][0]["field"]),
            (400, &json!("idempotency-key"))
        );
    }
    stage.db.clock.advance(Duration::hours(24));
    let call = send(&side, "kept", text(&side, "Hello"));
    assert_eq!(
        stage.call(&call, &side.session).await.problem(),
        (422, "window-closed".to_owned())
    );
    let now = stage.db.clock.clone();
    stage
        .db
        .sql(&format!(
            "update conversations set last_inbound_at = '{}'",
            domain::Clock::now(&*now)
        ))
        .await;
    let answer = stage.call(&call, &side.session).await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.headers.contains_key("idempotent-replayed")
        ),
        (202, false)
    );
}

fn decision(answer: &Answer) -> (u16, String, Value, Value) {
    let (status, code) = answer.problem();
    (
        status,
        code,
        answer.json()["decision"]["rule"].clone(),
        answer.json()["decision"]["allowed"].clone(),
    )
}

fn refused(code: &str, rule: &str) -> (u16, String, Value, Value) {
    (422, code.to_owned(), json!(rule), json!(false))
}

async fn answer(stage: &Stage, side: &Side, body: Value) -> Answer {
    let key = format!("key-{}", stage.fresh());
    stage.call(&send(side, &key, body), &side.session).await
}

#[tokio::test]
async fn a_refusal_names_its_rule_and_stores_nothing() {
    let (stage, side) = stage().await;
    let before = messages(&stage, &side).await;
    stage.db.clock.advance(Duration::hours(24));
    let closed = answer(&stage, &side, text(&side, "Hello")).await;
    assert_eq!(decision(&closed), refused("window-closed", "window_closed"));
    assert_eq!(closed.json()["detail"], closed.json()["decision"]["reason"]);
    stage.db.sql("update templates set status = 'PAUSED'").await;
    let paused = answer(&stage, &side, photo(&side, json!({}))).await;
    assert_eq!(
        decision(&paused),
        refused("template-not-ready", "template_not_ready")
    );
    stage.db.sql("update tenants set state = 2").await;
    let suspended = stage
        .call(&send(&side, "suspended", text(&side, "Hello")), &side.key)
        .await;
    assert_eq!(suspended.problem(), (403, "tenant-suspended".to_owned()));
    assert_eq!(messages(&stage, &side).await, before);
}

#[tokio::test]
async fn a_template_goes_out_at_any_time_with_values_that_fit() {
    let (stage, side) = stage().await;
    let values = json!({"header.media": side.id("med"), "body.1": "Ada"});
    for _ in 0..2 {
        let sent = answer(&stage, &side, photo(&side, values.clone())).await;
        assert_eq!(sent.status, 202, "{}", sent.json());
        assert_eq!(sent.json()["message"]["content"]["rendered"]["body"], "Hello Ada");
        stage.db.clock.advance(Duration::hours(24));
    }
    let wrong = json!({"header.media": side.id("med"), "body.2": "x"});
    let wrong = answer(&stage, &side, photo(&side, wrong)).await;
    let fields = wrong.json()["fields"].clone();
    let names: Vec<_> = fields
        .as_array()
        .unwrap()
        .iter()
        .map(|field| &field["field"])
        .collect();
    assert_eq!(names, ["content.parameters.body.1", "content.parameters.body.2"]);
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn a_new_customer_needs_a_template_and_a_refusal_makes_no_contact() {
    let (stage, side) = stage().await;
    let to = |content: Value| json!({"phone_number_id": side.id("num"), "to": {"by": "phone", "value": "+49 170 1234567"}, "content": content});
    let before = stage.db.digest(side.tenant.tenant_id).await;
    let refused = stage
        .call(
            &send(&side, "k1", to(json!({"type": "text", "body": "Hello"}))),
            &side.session,
        )
        .await;
    assert_eq!(refused.problem(), (422, "window-closed".to_owned()));
    assert_eq!(stage.db.digest(side.tenant.tenant_id).await, before);
    let content = json!({"type": "template", "template_id": side.id("tpl"), "parameters": {"header.media": side.id("med"), "body.1": "Eva"}});
    let sent = stage.call(&send(&side, "k2", to(content)), &side.session).await;
    assert_eq!(sent.status, 202, "{}", sent.json());
    let conversation = sent.json()["message"]["conversation_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let view = stage
        .call(
            &get(side.path(&format!("conversations/{conversation}"))),
            &side.session,
        )
        .await
        .json();
    assert_eq!(
        (
            &view["contact"]["phone"],
            &view["window_expires_at"],
            &view["preview"]["text"]
        ),
        (&json!("491701234567"), &Value::Null, &json!("Hello Eva"))
    );
}

#[tokio::test]
async fn only_a_failed_or_unknown_message_is_sent_again() {
    let (stage, side) = stage().await;
    let again = |id: &str, key: &str, yes: bool| {
        let body = json!({"accept_possible_double": yes});
        let mut call = post(
            side.path(&format!("messages/{id}/send-again")),
            Payload::Json(body),
        );
        call.headers.push(("idempotency-key", key.to_owned()));
        call
    };
    assert_eq!(
        stage
            .call(&again(side.id("msg"), "no", false), &side.session)
            .await
            .problem()
            .0,
        400
    );
    let sent = stage
        .call(&again(side.id("msg"), "yes", true), &side.session)
        .await;
    assert_eq!(sent.status, 202);
    let new = sent.json()["message"]["id"].as_str().unwrap().to_owned();
    assert_ne!(new, side.id("msg"));
    assert_eq!(sent.json()["message"]["content"]["body"], "Hi");
    let repeated = stage
        .call(&again(side.id("msg"), "yes", true), &side.session)
        .await;
    assert_eq!(
        (
            repeated.json(),
            repeated.headers.contains_key("idempotent-replayed")
        ),
        (sent.json(), true)
    );
    assert_eq!(
        stage
            .call(&again(&new, "queued", true), &side.session)
            .await
            .problem(),
        (409, "not-resendable".to_owned())
    );
}

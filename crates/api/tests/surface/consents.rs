//! What customers allow: recorded once with proof, shown, and honoured by the next send.

use serde_json::{Value, json};
use time::Duration;

use crate::stage::{Answer, Call, Payload, Side, Stage, get, post};

fn record(side: &Side, key: &str, body: Value) -> Call {
    let path = side.path(&format!("contacts/{}/consents", side.id("con")));
    let mut call = post(path, Payload::Json(body));
    call.headers.push(("idempotency-key", key.to_owned()));
    call
}

fn send(side: &Side, key: &str) -> Call {
    let content = json!({
        "type": "template", "template_id": side.id("tpl"),
        "parameters": {"header.media": side.id("med"), "body.1": "Ada"},
    });
    let body = json!({"conversation_id": side.id("cnv"), "content": content});
    let mut call = post(side.path("messages"), Payload::Json(body));
    call.headers.push(("idempotency-key", key.to_owned()));
    call
}

fn text(side: &Side, key: &str) -> Call {
    let body = json!({"conversation_id": side.id("cnv"), "content": {"type": "text", "body": "Hello"}});
    let mut call = post(side.path("messages"), Payload::Json(body));
    call.headers.push(("idempotency-key", key.to_owned()));
    call
}

fn rule(answer: &Answer) -> (u16, Value) {
    (answer.status.as_u16(), answer.json()["decision"]["rule"].clone())
}

#[tokio::test]
async fn a_word_is_recorded_once_with_its_proof_and_the_latest_one_holds() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let granted = json!({"topic": "marketing", "state": "granted", "proof": " form at the fair ", "at": "2026-11-20T10:00:00Z"});
    let first = stage
        .call(&record(&side, "k1", granted.clone()), &side.session)
        .await;
    assert_eq!(first.status, 201, "{}", first.json());
    assert_eq!(
        (&first.json()["source"], &first.json()["proof"]),
        (&json!("agent"), &json!("form at the fair"))
    );
    let again = stage.call(&record(&side, "k1", granted), &side.session).await;
    assert_eq!((again.status.as_u16(), again.json()), (201, first.json()));
    let withdrawn = json!({"topic": "marketing", "state": "withdrawn", "proof": "by phone"});
    let reused = stage
        .call(&record(&side, "k1", withdrawn.clone()), &side.session)
        .await;
    assert_eq!(reused.problem(), (409, "idempotency-key-reused".to_owned()));
    let key = stage.key(&side.tenant, &["contacts:manage"]).await;
    let second = stage.call(&record(&side, "k2", withdrawn), &key).await;
    assert_eq!(second.json()["source"], "api");

    let contact = stage
        .call(
            &get(side.path(&format!("contacts/{}", side.id("con")))),
            &side.session,
        )
        .await
        .json();
    assert_eq!(
        contact["consents"],
        json!([{"topic": "marketing", "state": "withdrawn", "since": second.json()["at"], "source": "api"}])
    );
    let path = side.path(&format!("contacts/{}/consents?limit=1", side.id("con")));
    let page = stage.call(&get(path.clone()), &side.session).await.json();
    assert_eq!(page["items"], json!([second.json()]));
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = stage
        .call(&get(format!("{path}&cursor={cursor}")), &side.session)
        .await
        .json();
    assert_eq!(
        (&rest["items"], &rest["next_cursor"]),
        (&json!([first.json()]), &Value::Null)
    );
    let written = stage
        .db
        .json("select action, actor_kind from audit_entries where action = 'consent.record' order by seq")
        .await;
    let actors: Vec<_> = written
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["actor_kind"])
        .collect();
    assert_eq!(actors, ["user", "api_key"]);
    for bad in [
        json!({"topic": "marketing", "state": "granted", "proof": " "}),
        json!({"topic": "marketing", "state": "granted", "proof": "x", "at": "2099-01-01T00:00:00Z"}),
        json!({"topic": "weather", "state": "granted", "proof": "x"}),
    ] {
        let answer = stage.call(&record(&side, "k3", bad), &side.session).await;
        assert_eq!(answer.status, 400);
    }
}

#[tokio::test]
async fn what_is_withdrawn_is_refused_with_the_rule_and_the_rest_goes() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage.db.sql("update templates set category = 'MARKETING'").await;
    assert_eq!(stage.call(&send(&side, "k0"), &side.session).await.status, 202);
    let said = async |key: &str, topic: &str, state: &str| {
        stage.db.clock.advance(Duration::seconds(1));
        let body = json!({"topic": topic, "state": state, "proof": "by phone"});
        let answer = stage.call(&record(&side, key, body), &side.session).await;
        assert_eq!(answer.status, 201);
    };
    let refused = (422, json!("consent_withdrawn"));
    said("c1", "marketing", "withdrawn").await;
    let answer = stage.call(&send(&side, "k1"), &side.session).await;
    assert_eq!(rule(&answer), refused);
    assert_eq!(answer.problem().1, "consent-withdrawn");
    assert_eq!(stage.call(&text(&side, "t1"), &side.session).await.status, 202);
    said("c2", "marketing", "granted").await;
    assert_eq!(stage.call(&send(&side, "k2"), &side.session).await.status, 202);
    said("c3", "messages", "withdrawn").await;
    for call in [send(&side, "k3"), text(&side, "t3")] {
        assert_eq!(rule(&stage.call(&call, &side.session).await), refused);
    }
    stage.db.clock.advance(Duration::seconds(1));
    let now = domain::Clock::now(&*stage.db.clock);
    stage
        .db
        .sql(&format!("update conversations set last_inbound_at = '{now}'"))
        .await;
    assert_eq!(stage.call(&text(&side, "t4"), &side.session).await.status, 202);
    assert_eq!(
        rule(&stage.call(&send(&side, "k4"), &side.session).await),
        refused
    );
}

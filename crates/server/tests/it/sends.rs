//! Nobody gets a message twice: what happens to a send whose answer is lost, refused or an error.

use serde_json::json;

use crate::installation::Installation;
use crate::stage::Talk;

async fn talk(it: &Installation) -> Talk {
    let number = it.dev.tenants[0].phone_number_id.clone();
    Talk::begin(it, &it.dev.sandbox, &number, "maya").await
}

/// The provider took it and its answer was lost: unknown until the status webhook settles it.
async fn settles(it: &Installation, talk: &Talk, fault: &str, recorded: &str) {
    let body = format!("Accepted, then {fault}");
    talk.faults(it, json!({ "next": [{ "kind": fault }], "webhook_outage": true }))
        .await;
    let id = talk.send(it, &body).await;
    let seen = talk.reaches(it, &id, &["unknown"]).await;
    assert_eq!(seen.attempts, ["unknown"]);
    talk.faults(it, json!({})).await;
    let seen = talk.reaches(it, &id, &["delivered"]).await;
    assert_eq!(seen.attempts, ["settled"], "{}", seen.body);
    assert!(seen.body["message"]["sent_at"].is_string() && seen.body["attempts"][0]["fault"].is_object());
    talk.lane_has_looked(it, &format!("After {fault}")).await;
    assert_eq!(talk.calls(it, &id).await, [recorded]);
    assert_eq!(talk.on_phone(it, &body).await, 1);
}

#[tokio::test]
async fn an_accepted_send_whose_answer_is_lost_is_settled_by_its_status() {
    let it = Installation::start("accepted").await;
    let talk = talk(&it).await;
    settles(&it, &talk, "reset_after_accept", "reset_after_accept").await;
    settles(&it, &talk, "http_500_after_accept", "answered").await;

    // A documented refusal was not sent: it goes again, and arrives once.
    talk.faults(&it, json!({ "next": [{ "kind": "error", "code": 130_429 }] }))
        .await;
    let id = talk.send(&it, "Too fast at first").await;
    let seen = talk.reaches(&it, &id, &["delivered"]).await;
    assert_eq!(seen.attempts, ["not_sent", "accepted"], "{}", seen.body);
    assert_eq!(seen.body["attempts"][0]["fault"]["code"], 130_429);
    assert_eq!(talk.calls(&it, &id).await, ["answered", "answered"]);
    assert_eq!(talk.on_phone(&it, "Too fast at first").await, 1);

    // A refusal for good is called once.
    talk.faults(&it, json!({ "next": [{ "kind": "error", "code": 131_026 }] }))
        .await;
    let id = talk.send(&it, "Refused").await;
    let seen = talk.reaches(&it, &id, &["failed"]).await;
    assert_eq!(seen.attempts, ["rejected"]);
    talk.lane_has_looked(&it, "After the refusal").await;
    assert_eq!(talk.calls(&it, &id).await.len(), 1);
}

#[tokio::test]
async fn a_send_that_was_reset_before_it_counted_is_never_repeated_by_the_machine() {
    let mut it = Installation::start("reset").await;
    let talk = talk(&it).await;
    let body = "Reset before it counted";
    talk.faults(&it, json!({ "next": [{ "kind": "reset_before_accept" }] }))
        .await;
    let id = talk.send(&it, body).await;
    talk.reaches(&it, &id, &["unknown"]).await;
    talk.lane_has_looked(&it, "In the same process").await;
    it.stop().await;
    it.launch().await;
    talk.lane_has_looked(&it, "After a restart").await;
    it.kill();
    it.launch().await;
    talk.lane_has_looked(&it, "After kill -9").await;
    let seen = talk.message(&it, &id).await;
    assert_eq!(
        (seen.status.as_str(), seen.attempts),
        ("unknown", vec!["unknown".to_owned()])
    );
    assert_eq!(talk.calls(&it, &id).await, ["reset_before_accept"]);
    assert_eq!(talk.on_phone(&it, body).await, 0);
}

//! Input that no client of ours sends: refused with a reason, never a fault of ours.

use serde_json::json;

use crate::stage::{Call, Credential, Payload, Stage, get, post};

#[tokio::test]
async fn nothing_a_caller_writes_becomes_a_fault_of_ours() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let mut calls: Vec<Call> = [
        "/v1/t/%00/numbers".to_owned(),
        "/v1/t/%ff/numbers".to_owned(),
        side.path("contacts?q=%00"),
        side.path("contacts?q=%ff"),
        side.path("templates?status=%00"),
        side.path("conversations/%00"),
        side.path("conversations/cnv_%ff"),
        side.path("conversations?cursor=W251bGwsbnVsbF0"),
        side.path("events?last_event_id=%00"),
        format!("/v1/t/{}/numbers", "x".repeat(5_000)),
    ]
    .into_iter()
    .map(get)
    .collect();
    let nul = "a\0b";
    let conversation = side.id("cnv");
    for body in [
        json!({"conversation_id": conversation, "content": {"type": "text", "body": nul}}),
        json!({"conversation_id": conversation, "content": {"type": "image", "media_id": side.id("med"), "caption": nul}}),
        json!({"conversation_id": conversation, "content": {"type": "buttons", "body": "x", "buttons": [{"id": nul, "title": "x"}]}}),
        json!({"conversation_id": conversation, "content": {"type": "template", "template_id": side.id("tpl"),
            "parameters": {"header.media": side.id("med"), "body.1": nul}}}),
        json!({"phone_number_id": side.id("num"), "to": {"by": "user_id", "value": format!("US.{nul}")}, "content": {"type": "text", "body": "x"}}),
        json!({"phone_number_id": side.id("num"), "to": {"by": "phone", "value": nul}, "content": {"type": "text", "body": "x"}}),
        json!({"conversation_id": conversation}),
        json!([]),
    ] {
        let mut call = post(side.path("messages"), Payload::Json(body));
        call.headers
            .push(("idempotency-key", format!("hostile-{}", stage.fresh())));
        calls.push(call);
    }
    calls.push(post(
        side.path("api-keys"),
        Payload::Json(json!({"name": nul, "scopes": ["templates:read"]})),
    ));
    calls.push(post(
        side.path("api-keys"),
        Payload::Json(json!({"name": "x", "scopes": [nul]})),
    ));
    let parameters = json!({"parameters": {"body.1": nul}});
    calls.push(post(
        side.path(&format!("templates/{}/preview", side.id("tpl"))),
        Payload::Json(parameters),
    ));
    let mut faults = Vec::new();
    for call in &calls {
        let answer = stage.call(call, &side.session).await;
        if answer.status.is_server_error() {
            faults.push(format!(
                "{} {:?}: {}",
                call.path,
                call.payload,
                answer.json()["code"]
            ));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    let mut sign_in = post(
        "/v1/sign-in",
        Payload::Json(json!({"email": nul, "password": nul})),
    );
    sign_in.headers.push(("origin", crate::stage::ORIGIN.to_owned()));
    assert_eq!(
        stage.call(&sign_in, &Credential::Nobody).await.problem(),
        (401, "bad-credentials".to_owned())
    );
}

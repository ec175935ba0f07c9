//! What a tenant may have: nothing is limited until the operator says so, and a refusal tells why.

use domain::{entitlement::Entitlement, ports::FaultClass};
use serde_json::json;
use services::platform::{PlatformActor, PlatformServices};
use std::sync::Arc;

use crate::stage::{Call, Payload, Side, Stage, post};

async fn set(stage: &Stage, side: &Side, what: Entitlement, most: Option<i64>) {
    let platform = PlatformServices {
        db: stage.db.platform.clone(),
        vault: stage.db.vault.clone(),
        clock: Arc::clone(&stage.db.clock) as _,
        real_clock: Arc::clone(&stage.real) as _,
        ids: stage.db.ids.clone(),
        webhooks_url: String::new(),
    };
    platform
        .set_entitlement(PlatformActor::CLI, side.slug, what, most)
        .await
        .unwrap();
}

fn send(side: &Side, key: &str) -> Call {
    let content = json!({"type": "text", "body": "Hello"});
    let mut call = post(
        side.path("messages"),
        Payload::Json(json!({"conversation_id": side.id("cnv"), "content": content})),
    );
    call.headers.push(("idempotency-key", key.to_owned()));
    call
}

#[tokio::test]
async fn keys_and_numbers_end_at_the_limit_with_the_reason() {
    let (stage, a, b) = Stage::two().await;
    let key = |side: &Side| {
        post(
            side.path("api-keys"),
            Payload::Json(json!({"name": "k", "scopes": ["numbers:read"]})),
        )
    };
    assert_eq!(
        stage.call(&key(&a), &a.session).await.status,
        201,
        "no limit by default"
    );
    let has = stage
        .db
        .json(&format!(
            "select count(*) as n from api_keys where revoked_at is null and tenant_id = '{}'",
            a.tenant.tenant_id.uuid()
        ))
        .await[0]["n"]
        .as_i64()
        .unwrap();
    set(&stage, &a, Entitlement::ApiKeys, Some(has + 1)).await;
    assert_eq!(stage.call(&key(&a), &a.session).await.status, 201);
    let refused = stage.call(&key(&a), &a.session).await;
    assert_eq!(refused.problem(), (422, "limit-reached".to_owned()));
    assert!(
        refused.json()["detail"].as_str().unwrap().contains("API keys"),
        "{}",
        refused.json()
    );
    assert_eq!(
        stage.call(&key(&b), &b.session).await.status,
        201,
        "another tenant is another matter"
    );
    set(&stage, &a, Entitlement::ApiKeys, None).await;
    assert_eq!(stage.call(&key(&a), &a.session).await.status, 201);

    set(&stage, &a, Entitlement::Numbers, Some(1)).await;
    let connect = json!({
        "meta_app_id": stage.app.meta_app_id, "provider_waba_id": "1", "provider_number_id": "2", "access_token": "a-token-of-theirs",
    });
    let refused = stage
        .call(&post(a.path("connections"), Payload::Json(connect)), &a.session)
        .await;
    assert_eq!(refused.problem(), (422, "limit-reached".to_owned()));
}

#[tokio::test]
async fn messages_of_a_month_end_at_the_limit_with_those_that_were_sent_before_it() {
    let (stage, a, b) = Stage::two().await;
    let sent = format!(
        "select count(*) as n from messages where direction = 2 and tenant_id = '{}'",
        a.tenant.tenant_id.uuid()
    );
    let had = stage.db.json(&sent).await[0]["n"].as_i64().unwrap();
    stage.db.sql("delete from usage_counters").await;
    set(&stage, &a, Entitlement::MessagesPerMonth, Some(had + 2)).await;
    let mut answers = Vec::new();
    for n in 0..4 {
        let answer = stage.call(&send(&a, &format!("k{n}")), &a.session).await;
        answers.push(answer.status.as_u16());
    }
    assert_eq!(answers, [202, 202, 422, 422]);
    let counted = stage.db.json("select quantity as n from usage_counters").await;
    assert_eq!(counted[0]["n"], had + 2, "what was sent before the limit counts");
    let before = stage.db.digest(a.tenant.tenant_id).await;
    assert_eq!(
        stage.call(&send(&a, "k9"), &a.session).await.problem().1,
        "limit-reached"
    );
    assert_eq!(
        stage.db.digest(a.tenant.tenant_id).await,
        before,
        "a refusal stores nothing"
    );
    assert_eq!(stage.call(&send(&b, "k0"), &b.session).await.status, 202);
}

/// A run for a number of its own, up to the proof of the token.
async fn begun(stage: &Stage, side: &Side, waba: &str, number: &str) -> String {
    let body = json!({
        "meta_app_id": stage.app.meta_app_id, "provider_waba_id": waba, "provider_number_id": number, "access_token": "a-token-of-theirs",
    });
    stage.provider.fail("token_fields", FaultClass::Token);
    let begun = stage
        .call(
            &post(side.path("connections"), Payload::Json(body)),
            &side.session,
        )
        .await;
    assert_eq!(begun.status, 201, "{}", begun.json());
    begun.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn two_runs_that_go_on_at_once_do_not_share_the_last_number() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    set(&stage, &side, Entitlement::Numbers, Some(2)).await;
    let runs = [
        begun(&stage, &side, "7001", "8001").await,
        begun(&stage, &side, "7002", "8002").await,
    ];
    stage.provider.heal();
    let resume = |run: &str| {
        post(
            side.path(&format!("connections/{run}/resume")),
            Payload::Json(json!({})),
        )
    };
    let calls = [resume(&runs[0]), resume(&runs[1])];
    let (first, second) = futures::future::join(
        stage.call(&calls[0], &side.session),
        stage.call(&calls[1], &side.session),
    )
    .await;
    let mut ended = Vec::new();
    for answer in [first.json(), second.json()] {
        let route = answer["steps"]
            .as_array()
            .unwrap()
            .iter()
            .find(|step| step["step"] == "route");
        let route = route.unwrap().clone();
        if route["state"] == "failed" {
            let words = route["detail"].as_str().unwrap();
            assert!(words.starts_with("All 2 connected numbers"), "{words}");
        }
        ended.push(route["state"].as_str().unwrap().to_owned());
    }
    ended.sort_unstable();
    assert_eq!(ended, ["done", "failed"]);
    let numbers = stage.db.json("select count(*) as n from phone_numbers").await;
    assert_eq!(numbers[0]["n"], 2);
}

#[tokio::test]
async fn the_first_messages_under_a_limit_are_counted_though_they_come_at_once() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage
        .db
        .sql("delete from usage_counters; delete from send_attempts; delete from messages")
        .await;
    set(&stage, &side, Entitlement::MessagesPerMonth, Some(3)).await;
    let calls: Vec<_> = (0..5).map(|n| send(&side, &format!("k{n}"))).collect();
    let answers = futures::future::join_all(calls.iter().map(|call| stage.call(call, &side.session))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 202, 202, 422, 422]);
}

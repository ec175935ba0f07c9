//! What a tenant may have: nothing is limited until the operator says so, and a refusal tells why.

use domain::entitlement::Entitlement;
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
async fn keys_messages_and_numbers_end_at_the_limit_with_the_reason() {
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

    set(&stage, &a, Entitlement::MessagesPerMonth, Some(2)).await;
    let mut answers = Vec::new();
    for n in 0..6 {
        answers.push(
            stage
                .call(&send(&a, &format!("k{n}")), &a.session)
                .await
                .status
                .as_u16(),
        );
    }
    let sent = answers.iter().filter(|status| **status == 202).count();
    assert!(sent <= 2 && answers.ends_with(&[422, 422]), "{answers:?}");
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

    set(&stage, &a, Entitlement::Numbers, Some(1)).await;
    let connect = json!({
        "meta_app_id": stage.app.meta_app_id, "provider_waba_id": "1", "provider_number_id": "2", "access_token": "a-token-of-theirs",
    });
    let refused = stage
        .call(&post(a.path("connections"), Payload::Json(connect)), &a.session)
        .await;
    assert_eq!(refused.problem(), (422, "limit-reached".to_owned()));
}

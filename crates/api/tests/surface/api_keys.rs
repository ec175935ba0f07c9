//! Keys of a tenant's developer.

use axum::http::Method;
use domain::Clock;
use serde_json::{Value, json};
use time::{Duration, format_description::well_known::Rfc3339};

use crate::stage::{Answer, Call, Credential, Payload, Side, Stage, get, post};

async fn make(stage: &Stage, side: &Side, by: &Credential, body: Value) -> Answer {
    stage
        .call(&post(side.path("api-keys"), Payload::Json(body)), by)
        .await
}

fn secret(made: &Answer) -> Credential {
    assert_eq!(made.status, 201, "{}", made.json());
    Credential::Key(made.json()["secret"].as_str().unwrap().to_owned())
}

async fn listed(stage: &Stage, side: &Side, id: &Value) -> Value {
    let list = stage
        .call(&get(side.path("api-keys")), &side.session)
        .await
        .json();
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["id"] == *id)
        .unwrap()
        .clone()
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_until_it_is_revoked() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let made = make(
        &stage,
        &side,
        &side.session,
        json!({"name": " Shop ", "scopes": ["numbers:read"]}),
    )
    .await;
    let key = secret(&made);
    let Credential::Key(text) = &key else {
        unreachable!()
    };
    assert!(text.starts_with("plk_") && text.ends_with(made.json()["api_key"]["hint"].as_str().unwrap()));
    let id = made.json()["api_key"]["id"].clone();
    assert_eq!(listed(&stage, &side, &id).await["last_used_at"], Value::Null);

    assert_eq!(stage.call(&get(side.path("numbers")), &key).await.status, 200);
    assert_eq!(
        stage.call(&get(side.path("conversations")), &key).await.problem(),
        (403, "forbidden".to_owned())
    );
    let used = listed(&stage, &side, &id).await;
    assert_eq!(
        used["last_used_at"],
        json!(stage.real.now().format(&Rfc3339).unwrap())
    );
    assert_eq!(used["name"], "Shop");
    stage.real.advance(Duration::minutes(2));
    assert_eq!(stage.call(&get(side.path("numbers")), &key).await.status, 200);
    assert_ne!(
        listed(&stage, &side, &id).await["last_used_at"],
        used["last_used_at"]
    );

    let everything = stage
        .db
        .json("select row_to_json(k)::text as row from api_keys k")
        .await
        .to_string();
    assert!(!everything.contains(text.as_str()), "the secret itself is stored");
    let list = stage.call(&get(side.path("api-keys")), &side.session).await;
    assert!(
        !list.json().to_string().contains(text.as_str()),
        "the secret is shown again"
    );

    let revoke = Call {
        method: Method::DELETE,
        ..get(side.path(&format!("api-keys/{}", id.as_str().unwrap())))
    };
    assert_eq!(stage.call(&revoke, &side.session).await.status, 204);
    assert_eq!(
        stage.call(&get(side.path("numbers")), &key).await.problem().0,
        401
    );
    let revoked_at = listed(&stage, &side, &id).await["revoked_at"].clone();
    stage.real.advance(Duration::minutes(2));
    assert_eq!(stage.call(&revoke, &side.session).await.status, 204);
    assert_eq!(listed(&stage, &side, &id).await["revoked_at"], revoked_at);
}

#[tokio::test]
async fn a_key_expires_by_real_time() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let at = |span: Duration| (stage.real.now() + span).format(&Rfc3339).unwrap();
    let past = json!({"name": "Old", "scopes": ["numbers:read"], "expires_at": at(Duration::ZERO)});
    let refused = make(&stage, &side, &side.session, past).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["fields"][0]["field"]),
        (400, &json!("expires_at"))
    );
    let body = json!({"name": "Soon", "scopes": ["numbers:read"], "expires_at": at(Duration::hours(1))});
    let key = secret(&make(&stage, &side, &side.session, body).await);
    stage.db.clock.advance(Duration::hours(2));
    assert_eq!(stage.call(&get(side.path("numbers")), &key).await.status, 200);
    stage.real.advance(Duration::hours(1));
    assert_eq!(
        stage.call(&get(side.path("numbers")), &key).await.problem(),
        (401, "unauthenticated".to_owned())
    );
}

#[tokio::test]
async fn nobody_gives_a_scope_that_they_do_not_have() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let developer = stage
        .member(&side.tenant, "developer", &["api_keys:manage", "numbers:read"])
        .await;
    let key = stage.key(&side.tenant, &["api_keys:manage"]).await;
    for (by, scopes, field) in [
        (&developer, json!(["numbers:read", "messages:send"]), "scopes.1"),
        (&key, json!(["numbers:read"]), "scopes.0"),
        (&side.session, json!(["no:such"]), "scopes.0"),
        (&side.session, json!([]), "scopes"),
    ] {
        let refused = make(&stage, &side, by, json!({"name": "x", "scopes": scopes})).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["fields"][0]["field"]),
            (400, &json!(field))
        );
    }
    secret(
        &make(
            &stage,
            &side,
            &developer,
            json!({"name": "x", "scopes": ["numbers:read"]}),
        )
        .await,
    );
}

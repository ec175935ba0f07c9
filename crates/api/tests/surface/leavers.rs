//! Who loses a role or leaves can't come back with what they made before.

use axum::http::Method;
use serde_json::json;

use crate::{
    stage::{Call, Credential, Payload, Side, Stage, get, post},
    team::{role, with},
};

const RIGHTS: [&str; 4] = ["team:manage", "team:read", "api_keys:manage", "numbers:read"];

async fn key(stage: &Stage, side: &Side, by: &Credential, scopes: &[&str]) -> Credential {
    let body = json!({"name": "Mine", "scopes": scopes});
    let made = stage
        .call(&post(side.path("api-keys"), Payload::Json(body)), by)
        .await;
    assert_eq!(made.status, 201, "{}", made.json());
    Credential::Key(made.json()["secret"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn keys_beyond_a_new_role_and_everything_of_a_leaver_end() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let manager = stage.member(&side.tenant, "manager", &RIGHTS).await;
    let me = stage.call(&get("/v1/me"), &manager).await.json();
    let user = side.path(&format!("members/{}", me["user"]["id"].as_str().unwrap()));
    let wide = key(&stage, &side, &manager, &RIGHTS).await;
    let narrow = key(&stage, &side, &manager, &["numbers:read"]).await;
    let reader = role(&stage, &side, "Reader", &["numbers:read"]).await;
    let invitation = json!({"email": "again@new.test", "role_id": reader});
    let invited = stage
        .call(
            &post(side.path("invitations"), Payload::Json(invitation)),
            &manager,
        )
        .await;
    assert_eq!(invited.status, 201, "{}", invited.json());

    let demote = with(Method::PATCH, user.clone(), json!({"role_id": reader}));
    assert_eq!(stage.call(&demote, &side.session).await.status, 200);
    let numbers = get(side.path("numbers"));
    assert_eq!(stage.call(&numbers, &wide).await.status, 401);
    assert_eq!(stage.call(&numbers, &narrow).await.status, 200);

    let remove = Call {
        method: Method::DELETE,
        ..get(user)
    };
    assert_eq!(stage.call(&remove, &side.session).await.status, 204);
    assert_eq!(stage.call(&numbers, &narrow).await.status, 401);
    let open = stage
        .call(&get(side.path("invitations")), &side.session)
        .await
        .json();
    assert!(!open.to_string().contains("again@new.test"), "{open}");
}

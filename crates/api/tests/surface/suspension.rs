//! A suspended tenant's people stay outside; people of other tenants stay inside those.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    stage::{Credential, Payload, Stage, get, post},
    team::outside,
};

#[tokio::test]
async fn nobody_works_in_a_suspended_tenant_and_its_keys_only_read() {
    let (stage, a, b) = Stage::two().await;
    let hash = services::accounts::password::hash(&stage.db.ids, &"correct horse battery".into())
        .await
        .unwrap();
    stage
        .db
        .sql(&format!(
            "insert into user_passwords (user_id, hash) select id, '{hash}' from users;
             update tenants set state = 2 where slug = 'alder'"
        ))
        .await;
    let suspended = (403, "tenant-suspended".to_owned());
    assert_eq!(
        stage.call(&get(a.path("numbers")), &a.session).await.problem(),
        suspended
    );
    assert_eq!(
        stage.call(&get(a.path("numbers")), &a.key).await.status,
        StatusCode::OK
    );
    let change = post(a.path("messages"), Payload::Json(json!({})));
    assert_eq!(stage.call(&change, &a.key).await.problem(), suspended);
    assert_eq!(
        stage.call(&get(b.path("numbers")), &b.session).await.status,
        StatusCode::OK
    );
    let sign_in = |email: &str| {
        outside(
            "/v1/sign-in",
            json!({"email": email, "password": "correct horse battery"}),
        )
    };
    let owner = "owner@alder.test";
    assert_eq!(
        stage.call(&sign_in(owner), &Credential::Nobody).await.problem(),
        suspended
    );
    stage
        .db
        .sql(&format!(
            "insert into memberships (tenant_id, user_id, role_id, created_at) values ('{}', '{}', '{}', now())",
            b.tenant.tenant_id.uuid(),
            a.tenant.user_id.uuid(),
            b.tenant.role_id.uuid()
        ))
        .await;
    let answer = stage.call(&sign_in(owner), &Credential::Nobody).await;
    assert_eq!(answer.status, StatusCode::OK, "they belong to another tenant");
}

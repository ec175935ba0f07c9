//! The settings of a tenant, and its audit log.

use axum::http::Method;
use domain::Clock;
use serde_json::{Value, json};
use time::Duration;

use crate::{
    stage::{Stage, get},
    team::{role, with},
};

#[tokio::test]
async fn the_log_is_searched_by_person_action_and_time_and_exported_as_text() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let before = stage.db.clock.now();
    stage.db.clock.advance(Duration::hours(1));
    role(&stage, &side, "One", &[]).await;
    stage.db.clock.advance(Duration::hours(1));
    let middle = stage.db.clock.now();
    role(&stage, &side, "Two", &[]).await;
    let made = with(
        Method::POST,
        side.path("roles"),
        json!({"name": "Three", "permissions": []}),
    );
    stage.call(&made, &side.key).await;
    let list = async |query: String| {
        let answer = stage
            .call(&get(side.path(&format!("audit?{query}"))), &side.session)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()["items"].as_array().unwrap().clone()
    };
    let text = |at: time::OffsetDateTime| at.format(&time::format_description::well_known::Rfc3339).unwrap();
    assert_eq!(list("action=role.create".to_owned()).await.len(), 3);
    let mine = list(format!("action=role.create&user_id={}", side.tenant.user_id)).await;
    assert_eq!(mine.len(), 2);
    assert_eq!(mine[0]["actor"]["kind"], "user");
    assert!(mine[0]["actor"]["name"].is_string());
    let early = list(format!("from={}&before={}", text(before), text(middle))).await;
    assert_eq!(early.len(), 1, "{early:?}");
    let first = stage
        .call(&get(side.path("audit?limit=2&action=role.create")), &side.session)
        .await
        .json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = list(format!("limit=2&action=role.create&cursor={cursor}")).await;
    assert_eq!(rest.len(), 1);

    let export = stage
        .call(&get(side.path("audit.csv?action=role.create")), &side.session)
        .await;
    let csv = String::from_utf8(export.bytes.to_vec()).unwrap();
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.starts_with("id,at,actor_kind,"));
    assert_eq!(list("action=audit.export".to_owned()).await.len(), 1);
}

#[tokio::test]
async fn settings_are_changed_within_reason() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let change = |body: Value| with(Method::PATCH, side.path("settings"), body);
    for (body, field) in [
        (json!({"time_zone": "Mars/Base"}), "time_zone"),
        (json!({"language": "English"}), "language"),
        (json!({"name": "  "}), "name"),
    ] {
        let refused = stage.call(&change(body), &side.session).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["fields"][0]["field"]),
            (400, &json!(field))
        );
    }
    let body = json!({"name": "عيادة الورقة", "time_zone": "Asia/Kolkata", "language": "ar"});
    let changed = stage.call(&change(body), &side.session).await.json();
    assert_eq!(changed["time_zone"], "Asia/Kolkata");
    assert_eq!(changed["retention"]["raw_webhook_days"], 7);
    let me = stage.call(&get("/v1/me"), &side.session).await.json();
    assert_eq!(me["memberships"][0]["tenant"]["language"], "ar");
    assert_eq!(me["memberships"][0]["tenant"]["name"], "عيادة الورقة");
}

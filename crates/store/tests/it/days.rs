//! A day of the raw log is dropped for nobody before every stream's cursor has passed it.

use sqlx::AssertSqlSafe;
use testkit::TestDb;

use crate::session::Session;

#[tokio::test]
async fn a_day_that_a_cursor_has_not_passed_stays_whoever_asks() {
    let db = TestDb::new().await;
    let app = db.app("https://graph.test").await.meta_app_id.uuid();
    let day = "2026-11-01";
    db.sql(&format!(
        "select ensure_ingest_day('{day}');
         insert into ingest_streams (stream) values (0), (1);
         insert into ingest_cursors (stream) values (0), (1);
         insert into raw_webhooks (day, stream, seq, meta_app_id, received_at, body)
           select '{day}', stream, seq, '{app}', '{day}', 'x' from generate_series(0, 1) stream, generate_series(1, 3) seq"
    ))
    .await;
    let mut upkeep = Session::open(&db, "upkeep").await;
    let mut dropped = async || {
        let statement = format!("select drop_ingest_day('raw_webhooks', '{day}')");
        sqlx::query_scalar::<_, bool>(AssertSqlSafe(statement))
            .fetch_one(&mut upkeep.0)
            .await
            .unwrap()
    };
    assert!(!dropped().await, "neither stream has come to it");
    let passed = format!("update ingest_cursors set day = '{day}', seq = 3");
    db.sql(&format!("{passed} where stream = 0")).await;
    assert!(!dropped().await, "one of them is still to come");
    db.sql(&passed).await;
    assert!(dropped().await);
    assert!(!dropped().await, "it is gone");
}

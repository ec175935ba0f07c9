//! The backup role reads what a dump reads: every table and partition past row security, every sequence; nothing else.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection};

use crate::session::{Pair, Session};

/// Rows per table, partition and sequence.
async fn counts(connection: &mut PgConnection, relations: &[String]) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for relation in relations {
        let sql = AssertSqlSafe(format!("select count(*) from {relation}"));
        let count: Result<i64, _> = sqlx::query_scalar(sql).fetch_one(&mut *connection).await;
        counts.insert(
            relation.clone(),
            count.unwrap_or_else(|error| panic!("{relation}: {error}")),
        );
    }
    counts
}

#[tokio::test]
async fn the_backup_role_reads_everything_and_writes_nothing() {
    let pair = Pair::new().await;
    let db = &pair.db;
    sqlx::query("select ensure_ingest_day('2026-11-22')")
        .execute(&db.superuser)
        .await
        .unwrap();
    sqlx::query(
        "insert into raw_webhooks (day, stream, seq, meta_app_id, received_at, body)
         values ('2026-11-22', 0, 1, $1, '2026-11-22', 'x')",
    )
    .bind(pair.app.meta_app_id.uuid())
    .execute(&db.superuser)
    .await
    .unwrap();
    let relations: Vec<String> = sqlx::query_scalar(
        "select format('%I', relname) from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S') order by 1",
    )
    .fetch_all(&db.superuser)
    .await
    .unwrap();
    let mut backup = Session::open(db, "backup").await;
    let mut superuser = db.superuser.acquire().await.unwrap();
    let read = counts(&mut backup.0, &relations).await;
    assert_eq!(read, counts(&mut superuser, &relations).await);
    assert_eq!((read["raw_webhooks_20261122"], read["messages"]), (1, 2));
    for sql in [
        "update contacts set profile_name = ''",
        "delete from messages",
        "truncate messages",
    ] {
        assert!(
            backup.attempt("", sql).await.unwrap_err().is_missing_privilege(),
            "{sql}"
        );
    }
}

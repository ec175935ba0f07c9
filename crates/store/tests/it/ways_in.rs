//! Ways by which a statement could change its tenant, its role or its powers: each is refused.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    classes::{READERS, RUNTIME_ROLES},
    session::{Pair, Session},
};

/// Statements that an injection could smuggle in, with the answer that stops each.
fn smuggled(tenant: Uuid) -> Vec<(String, &'static str)> {
    [
        ("select set_config('app.tenant_id', '{b}', true)", "42501"),
        ("select set_config('app.tenant_id', '{b}', false)", "42501"),
        (
            "select pg_catalog.set_config('row_security', 'off', true)",
            "42501",
        ),
        (
            "update pg_settings set setting = '{b}' where name = 'app.tenant_id'",
            "42501",
        ),
        (
            "select query_to_xml($$set local app.tenant_id = '{b}'$$, true, true, '')",
            "0A000",
        ),
        (
            "select * from ts_stat($$set local app.tenant_id = '{b}'$$)",
            "42P11",
        ),
        ("select 1; set local app.tenant_id = '{b}'", "42601"),
        ("create temporary table planted (id int)", "42501"),
        ("create table planted (id int)", "42501"),
        (
            "create function pg_temp.planted() returns int language sql as 'select 1'",
            "42501",
        ),
        (
            "create function planted() returns int language sql security definer as 'select 1'",
            "42501",
        ),
        ("set role parlance_owner", "42501"),
        ("set role parlance_backup", "42501"),
        ("set session authorization parlance_owner", "42501"),
        ("grant parlance_owner to current_user", "42501"),
        ("alter role current_user bypassrls", "42501"),
        ("alter table messages no force row level security", "42501"),
        ("drop policy tenant on messages", "42501"),
        ("truncate messages", "42501"),
        ("select * from raw_webhooks_20261122", "42501"),
        ("select * from webhook_outcomes_20261122", "42501"),
        ("select pg_read_file('/etc/passwd')", "42501"),
        ("copy messages to program 'cat'", "42501"),
    ]
    .into_iter()
    .map(|(sql, code)| (sql.replace("{b}", &tenant.to_string()), code))
    .collect()
}

#[tokio::test]
async fn a_statement_cannot_change_its_tenant_role_or_powers() {
    let pair = Pair::new().await;
    let (a, b) = pair.ids();
    sqlx::query("select ensure_ingest_day('2026-11-22')")
        .execute(&pair.db.superuser)
        .await
        .unwrap();
    for role in RUNTIME_ROLES {
        let mut session = Session::open(&pair.db, role).await;
        let context = format!("set local app.tenant_id = '{a}'; set local app.tenant_ids = '{{{a}}}'");
        for (sql, code) in smuggled(b) {
            let refusal = session
                .attempt(&context, &sql)
                .await
                .expect_err(&format!("{role} was allowed: {sql}"));
            assert_eq!(refusal.code, code, "{role}: {sql}: {}", refusal.message);
        }
    }
}

#[tokio::test]
async fn without_row_security_a_role_reads_nothing_instead_of_everything() {
    let pair = Pair::new().await;
    let mut session = Session::open(&pair.db, "tenant").await;
    let outcome = session
        .attempt("set local row_security = off", "select id from messages")
        .await;
    let refusal = outcome.unwrap_err();
    assert!(
        refusal
            .message
            .starts_with("query would be affected by row-level security policy"),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn words_and_secrets_are_read_by_their_roles_only() {
    let pair = Pair::new().await;
    for role in RUNTIME_ROLES {
        let mut session = Session::open(&pair.db, role).await;
        for (table, column, readers) in READERS {
            let outcome = session
                .attempt("", &format!("select {column} from {table}"))
                .await;
            if readers.contains(role) {
                assert!(outcome.is_ok(), "{role} reads {table}.{column}: {outcome:?}");
            } else {
                assert!(
                    outcome.unwrap_err().is_missing_privilege(),
                    "{role} must not read {table}.{column}"
                );
            }
        }
    }
    let mut platform = Session::open(&pair.db, "platform").await;
    for table in [
        "messages",
        "conversations",
        "provider_accounts",
        "meta_app_secrets",
        "raw_webhooks",
        "outbox",
    ] {
        let refusal = platform
            .attempt("", &format!("select * from {table}"))
            .await
            .unwrap_err();
        assert!(refusal.is_missing_privilege(), "{table}: {refusal:?}");
    }
}

/// A setting of the session outlives its transaction: the pool's reset is what keeps it from the next borrower.
#[tokio::test]
async fn a_context_ends_with_its_transaction() {
    let pair = Pair::new().await;
    let (a, _) = pair.ids();
    let mut session = Session::open(&pair.db, "tenant").await;
    for end in ["commit", "rollback", "select 1/0"] {
        session.begin(&format!("set local app.tenant_id = '{a}'")).await;
        assert_eq!(messages(&mut session).await, 1);
        let ended = sqlx::query(AssertSqlSafe(end)).execute(&mut session.0).await;
        if ended.is_err() {
            session.rollback().await;
        }
        assert_eq!(messages(&mut session).await, 0, "after {end}");
    }
}

async fn messages(session: &mut Session) -> i64 {
    sqlx::query_scalar("select count(*) from messages")
        .fetch_one(&mut session.0)
        .await
        .unwrap()
}

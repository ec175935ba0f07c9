//! Raw statements under each runtime role, against every table that belongs to a tenant.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::{
    classes::{ACROSS, RESOLVED, RUNTIME_ROLES, owned_tables},
    session::{Pair, Refusal, Session},
};

/// What of a table a role is meant to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// One tenant's rows, by `app.tenant_id`.
    One,
    /// The rows of a declared set, by `app.tenant_ids`.
    Set,
    /// Every row, without words or secrets.
    All,
}

fn sight(table: &str, role: &str) -> Sight {
    match role {
        _ if ACROSS.contains(&(table, role)) => Sight::All,
        "tenant" => Sight::One,
        _ => Sight::Set,
    }
}

fn one(tenant: impl std::fmt::Display) -> String {
    format!("set local app.tenant_id = '{tenant}'")
}

fn set(tenants: impl std::fmt::Display) -> String {
    format!("set local app.tenant_ids = '{{{tenants}}}'")
}

async fn may(db: &PgPool, role: &str, table: &str, privilege: &str) -> bool {
    sqlx::query_scalar("select has_column_privilege('parlance_' || $1, $2, 'tenant_id', $3)")
        .bind(role)
        .bind(table)
        .bind(privilege)
        .fetch_one(db)
        .await
        .unwrap()
}

async fn seen(session: &mut Session, context: &str, table: &str) -> Result<BTreeSet<Uuid>, Refusal> {
    session.begin(context).await;
    let sql = AssertSqlSafe(format!("select distinct tenant_id from {table}"));
    let outcome: Result<Vec<Uuid>, _> = sqlx::query_scalar(sql).fetch_all(&mut session.0).await;
    session.rollback().await;
    Ok(outcome?.into_iter().collect())
}

/// Contexts with the tenants that each must show.
fn contexts(pair: &Pair, table: &str, role: &str) -> Vec<(String, BTreeSet<Uuid>)> {
    let (a, b) = pair.ids();
    let (of_a, of_b, of_both) = (BTreeSet::from([a]), BTreeSet::from([b]), BTreeSet::from([a, b]));
    let none = BTreeSet::new;
    let foreign = pair.db.ids.uuid();
    let all = [
        String::new(),
        one(""),
        one(a),
        one(foreign),
        set(""),
        set(a),
        set(foreign),
    ];
    let unknown = if RESOLVED.contains(&table) {
        of_both.clone()
    } else {
        none()
    };
    match sight(table, role) {
        Sight::All => all
            .into_iter()
            .map(|context| (context, of_both.clone()))
            .collect(),
        Sight::One => vec![
            (one(a), of_a),
            (one(b), of_b),
            (one(foreign), none()),
            (String::new(), unknown.clone()),
            (one(""), unknown.clone()),
            (set(format!("{a},{b}")), unknown),
        ],
        Sight::Set => vec![
            (set(a), of_a),
            (set(b), of_b),
            (set(format!("{a},{b}")), of_both),
            (set(foreign), none()),
            (String::new(), none()),
            ("set local app.tenant_ids = ''".to_owned(), none()),
            (set(""), none()),
            (set("null"), none()),
            (one(a), none()),
        ],
    }
}

#[tokio::test]
async fn every_tenant_table_has_rows_of_both_tenants() {
    let pair = Pair::new().await;
    let both: BTreeSet<Uuid> = [pair.ids().0, pair.ids().1].into();
    for table in owned_tables() {
        let sql = AssertSqlSafe(format!("select distinct tenant_id from {table}"));
        let found: Vec<Uuid> = sqlx::query_scalar(sql)
            .fetch_all(&pair.db.superuser)
            .await
            .unwrap();
        assert_eq!(
            found.into_iter().collect::<BTreeSet<_>>(),
            both,
            "testkit's rows() must fill {table}"
        );
    }
}

#[tokio::test]
async fn a_read_shows_the_rows_of_its_context_and_nothing_without_one() {
    let pair = Pair::new().await;
    let mut read = 0;
    for role in RUNTIME_ROLES {
        let mut session = Session::open(&pair.db, role).await;
        for table in owned_tables() {
            let granted = may(&pair.db.superuser, role, table, "SELECT").await;
            for (context, expected) in contexts(&pair, table, role) {
                let outcome = seen(&mut session, &context, table).await;
                if granted {
                    assert_eq!(
                        outcome.as_ref(),
                        Ok(&expected),
                        "{role} reads {table} under {context:?}"
                    );
                    read += 1;
                } else {
                    assert!(
                        outcome.unwrap_err().is_missing_privilege(),
                        "{role} has no grant on {table}"
                    );
                }
            }
        }
        let garbage = seen(
            &mut session,
            "set local app.tenant_id = 'x'; set local app.tenant_ids = 'x'",
            "outbox",
        )
        .await;
        assert!(
            garbage.is_err() || sight("outbox", role) == Sight::All,
            "{role}: a context that is no tenant is an error"
        );
    }
    assert!(read > 200, "only {read} reads were granted at all");
}

async fn columns(db: &PgPool, role: &str, table: &str, privilege: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select quote_ident(attname)
         from pg_attribute
         where attrelid = $2::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''
           and has_column_privilege('parlance_' || $1, attrelid, attnum, $3)
         order by attnum",
    )
    .bind(role)
    .bind(table)
    .bind(privilege)
    .fetch_all(db)
    .await
    .unwrap()
}

/// Inserts a copy of this tenant's row, under a context.
async fn copy(
    pair: &Pair,
    session: &mut Session,
    columns: &[String],
    table: &str,
    of: Uuid,
    context: &str,
) -> Result<u64, Refusal> {
    let sql = AssertSqlSafe(format!(
        "select to_jsonb(t) from {table} t where tenant_id = $1 limit 1"
    ));
    let row: Value = sqlx::query_scalar(sql)
        .bind(of)
        .fetch_one(&pair.db.superuser)
        .await
        .unwrap();
    let columns = columns.join(", ");
    let sql = AssertSqlSafe(format!(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, $1)"
    ));
    session.begin(context).await;
    let outcome = sqlx::query(sql).bind(row).execute(&mut session.0).await;
    session.rollback().await;
    Ok(outcome?.rows_affected())
}

#[tokio::test]
async fn an_insert_for_another_tenant_is_refused() {
    let pair = Pair::new().await;
    let (a, b) = pair.ids();
    let mut refused = 0;
    for role in RUNTIME_ROLES {
        let mut session = Session::open(&pair.db, role).await;
        for table in owned_tables() {
            let columns = columns(&pair.db.superuser, role, table, "INSERT").await;
            let (of_a, none) = match sight(table, role) {
                Sight::All => continue,
                Sight::One => (one(a), one("")),
                Sight::Set => (set(a), set("")),
            };
            if columns.is_empty() {
                continue;
            }
            let other = copy(&pair, &mut session, &columns, table, b, &of_a).await;
            assert!(
                other.as_ref().is_err_and(Refusal::is_policy),
                "{role} inserts B's {table} under A: {other:?}"
            );
            let nobody = copy(&pair, &mut session, &columns, table, a, &none).await;
            assert!(
                nobody.as_ref().is_err_and(Refusal::is_policy),
                "{role} inserts {table} without context: {nobody:?}"
            );
            let own = copy(&pair, &mut session, &columns, table, a, &of_a).await;
            let reached = own
                .as_ref()
                .map_or_else(|refusal| refusal.code == "23505", |rows| *rows == 1);
            assert!(reached, "{role}'s own {table} gets as far as its keys: {own:?}");
            refused += 1;
        }
    }
    assert!(
        refused > 30,
        "only {refused} pairs of table and role may insert at all"
    );
}

#[tokio::test]
async fn an_update_or_delete_ends_at_the_tenant() {
    let pair = Pair::new().await;
    let (a, b) = pair.ids();
    let mut tried = 0;
    for role in RUNTIME_ROLES {
        let mut session = Session::open(&pair.db, role).await;
        for table in owned_tables() {
            let of_a = match sight(table, role) {
                Sight::All => continue,
                Sight::One => one(a),
                Sight::Set => set(a),
            };
            let updatable = columns(&pair.db.superuser, role, table, "UPDATE").await;
            for column in &updatable {
                let other = format!("update {table} set {column} = null where tenant_id = '{b}'");
                assert_eq!(session.attempt(&of_a, &other).await, Ok(0), "{role}: {other}");
                tried += 1;
            }
            if updatable.iter().any(|column| column == "tenant_id") {
                let give = format!("update {table} set tenant_id = '{b}'");
                let given = session.attempt(&of_a, &give).await;
                assert!(
                    given.as_ref().is_err_and(Refusal::is_policy),
                    "{role}: {give}: {given:?}"
                );
            }
            let delete = session
                .attempt(&of_a, &format!("delete from {table} where tenant_id = '{b}'"))
                .await;
            let harmless = delete
                .as_ref()
                .map_or_else(Refusal::is_missing_privilege, |rows| *rows == 0);
            assert!(harmless, "{role} deletes B's {table}: {delete:?}");
        }
    }
    assert!(tried > 100, "only {tried} columns may be updated at all");
}

#[tokio::test]
async fn an_unlimited_statement_changes_the_rows_of_its_context_only() {
    let pair = Pair::new().await;
    let (a, _) = pair.ids();
    let sql = "update messages set status = status";
    for (role, context) in [("tenant", one(a)), ("ingest", set(a))] {
        let mut session = Session::open(&pair.db, role).await;
        assert_eq!(session.attempt(&context, sql).await, Ok(1), "{role}");
        assert_eq!(session.attempt("", sql).await, Ok(0), "{role} without context");
    }
    let mut session = Session::open(&pair.db, "tenant").await;
    assert_eq!(
        session.attempt(&one(a), "delete from parked_statuses").await,
        Ok(1)
    );
}

#[tokio::test]
async fn a_route_stays_with_the_tenant_that_has_it() {
    let pair = Pair::new().await;
    let (a, b) = pair.ids();
    let environment = pair.app.graph_environment_id.uuid();
    let (number_a, number_b) = (pair.a.phone_number_id.uuid(), pair.b.phone_number_id.uuid());
    let (waba_a, taken) = (pair.a.waba_id.uuid(), &pair.b.provider_number_id);
    let mut tenant = Session::open(&pair.db, "tenant").await;
    let insert = |provider_number: &str, number: Uuid| {
        format!(
            "insert into number_routes (graph_environment_id, provider_number_id, tenant_id, phone_number_id, waba_id)
             values ('{environment}', '{provider_number}', '{a}', '{number}', '{waba_a}')"
        )
    };
    let code = |outcome: Result<u64, Refusal>| outcome.unwrap_err().code;
    assert_eq!(
        code(tenant.attempt(&one(a), &insert(taken, number_a)).await),
        "23505",
        "a taken number"
    );
    let upsert = format!(
        "{} on conflict (graph_environment_id, provider_number_id) do update set tenant_id = '{a}'",
        insert(taken, number_a)
    );
    assert_eq!(
        code(tenant.attempt(&one(a), &upsert).await),
        "42501",
        "taking it over"
    );
    assert_eq!(
        code(tenant.attempt(&one(a), &insert("free", number_b)).await),
        "23503",
        "B's number behind A's route"
    );
    let delete = "delete from number_routes";
    assert_eq!(
        code(tenant.attempt(&one(a), delete).await),
        "42501",
        "routes go by the platform only"
    );
    let give = format!("update waba_routes set tenant_id = '{b}'");
    assert_eq!(code(tenant.attempt(&one(a), &give).await), "42501");
    let rebind = format!("update waba_routes set meta_app_id = meta_app_id where tenant_id = '{b}'");
    assert_eq!(tenant.attempt(&one(a), &rebind).await, Ok(0), "B's app binding");
    let mut ingest = Session::open(&pair.db, "ingest").await;
    for sql in [
        insert("free", number_a),
        "update number_routes set tenant_id = tenant_id".to_owned(),
        delete.to_owned(),
    ] {
        assert_eq!(
            code(ingest.attempt(&set(a), &sql).await),
            "42501",
            "ingest only reads routes: {sql}"
        );
    }
}

#[tokio::test]
async fn a_foreign_key_tells_another_tenants_row_and_a_missing_one_apart_for_nobody() {
    let pair = Pair::new().await;
    let (a, _) = pair.ids();
    let mut session = Session::open(&pair.db, "tenant").await;
    let mut answers = BTreeSet::new();
    for conversation in [pair.rows_b.conversation_id.uuid(), pair.db.ids.uuid()] {
        let sql = format!(
            "update messages set conversation_id = '{conversation}' where id = '{}'",
            pair.rows_a.message_id.uuid()
        );
        let refusal = session.attempt(&one(a), &sql).await.unwrap_err();
        assert_eq!(refusal.code, "23503");
        answers.insert(refusal.message);
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}

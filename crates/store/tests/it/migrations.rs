//! What forced row security does to the owner, and so what a migration that touches rows must do: `set local
//! row_security = off` (silence becomes an error), lift FORCE on its tables, work, force again, in one transaction.

use parlance_store::setup::MIGRATIONS;
use sqlx::Executor;

use crate::session::{Pair, Session};

const BACKFILL: &str = "update contacts set profile_name = 'changed'";

#[tokio::test]
async fn a_backfill_as_the_forced_owner_changes_nothing_and_says_nothing() {
    let pair = Pair::new().await;
    let mut owner = Session::open(&pair.db, "owner").await;
    assert_eq!(
        owner.attempt("", BACKFILL).await,
        Ok(0),
        "four contacts are there, none is seen"
    );
}

#[tokio::test]
async fn with_row_security_off_the_same_backfill_is_an_error() {
    let pair = Pair::new().await;
    let mut owner = Session::open(&pair.db, "owner").await;
    let refusal = owner
        .attempt("set local row_security = off", BACKFILL)
        .await
        .unwrap_err();
    assert_eq!(
        refusal.message,
        "query would be affected by row-level security policy for table \"contacts\""
    );
}

#[tokio::test]
async fn lifting_force_inside_the_transaction_reaches_every_row() {
    let pair = Pair::new().await;
    let mut owner = Session::open(&pair.db, "owner").await;
    owner
        .begin("set local row_security = off; alter table contacts no force row level security")
        .await;
    let done = sqlx::query(BACKFILL).execute(&mut owner.0).await.unwrap();
    owner
        .0
        .execute("alter table contacts force row level security; commit")
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 4);
    assert_eq!(owner.attempt("", BACKFILL).await, Ok(0), "forced again");
}

/// Under FORCE a constraint is marked valid although its table holds a row that breaks it.
#[tokio::test]
async fn validating_a_foreign_key_as_the_forced_owner_checks_nothing() {
    let pair = Pair::new().await;
    let mut owner = Session::open(&pair.db, "owner").await;
    let orphan = "create table planted (tenant_id uuid not null, id uuid not null, contact_id uuid not null);
         insert into planted select gen_random_uuid(), gen_random_uuid(), gen_random_uuid();
         alter table planted enable row level security;
         alter table planted force row level security;
         alter table planted add constraint planted_contact foreign key (tenant_id, contact_id)
           references contacts (tenant_id, id) not valid";
    let validate = "alter table planted validate constraint planted_contact";
    let lift =
        "alter table planted no force row level security; alter table contacts no force row level security";
    assert!(
        owner.attempt(orphan, validate).await.is_ok(),
        "the orphan is not seen"
    );
    let refusal = owner
        .attempt(&format!("{orphan}; {lift}"), validate)
        .await
        .unwrap_err();
    assert_eq!(
        refusal.code, "23503",
        "with FORCE lifted it is: {}",
        refusal.message
    );
}

/// True when a statement of the migration works on rows that may be there already.
fn touches_rows(migration: &str) -> bool {
    migration.split(';').any(|statement| {
        let statement = statement
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
            .collect::<Vec<_>>()
            .join(" ");
        let statement = statement.trim().to_lowercase();
        let rows = ["update ", "delete ", "insert ", "merge ", "with "]
            .iter()
            .any(|verb| statement.starts_with(verb));
        rows || statement.starts_with("alter table")
            && (statement.contains("foreign key") || statement.contains("validate constraint"))
    })
}

#[test]
fn a_migration_that_touches_rows_turns_row_security_off_and_lifts_force() {
    assert!(touches_rows(
        "create table t (id int);\n-- now\nupdate t set id = 1;"
    ));
    assert!(touches_rows(
        "alter table t add constraint c foreign key (a) references b (a) not valid"
    ));
    assert!(!touches_rows(
        "create table t (id int references u); grant update on t to r; alter table t add column x text"
    ));
    for migration in MIGRATIONS
        .iter()
        .filter(|migration| touches_rows(migration.sql.as_str()))
    {
        let sql = migration.sql.as_str();
        let prepared =
            sql.contains("set local row_security = off") && sql.contains(" no force row level security");
        assert!(prepared, "{}: see the head of this file", migration.description);
    }
}

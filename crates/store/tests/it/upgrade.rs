//! From the schema of an earlier day, with data of two tenants in it, to the newest: nothing is lost or changed.

use std::collections::{BTreeMap, BTreeSet};

use parlance_store::setup::{MIGRATIONS, migrate};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use testkit::EmptyDb;

use crate::catalogue::faults;

/// The schema that the rows below are written for.
const BEFORE: i64 = 7;
const ROWS: &str = include_str!("upgrade/rows_0007.sql");

type Rows = BTreeMap<String, Vec<Map<String, Value>>>;

async fn rows(db: &PgPool) -> Rows {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
           and relname <> '_sqlx_migrations'",
    )
    .fetch_all(db)
    .await
    .unwrap();
    let mut all = Rows::new();
    for table in tables {
        let sql = format!("select to_jsonb(t) from {table} t");
        let found: Vec<Value> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(db)
            .await
            .unwrap();
        let found = found.into_iter().map(|row| row.as_object().unwrap().clone());
        all.insert(table, found.collect());
    }
    all
}

/// Rows with the columns that they had before only, as texts.
fn columns_of(before: &[Map<String, Value>], after: &[Map<String, Value>]) -> BTreeSet<String> {
    let known: BTreeSet<_> = before.iter().flat_map(Map::keys).collect();
    let kept = after.iter().map(|row| {
        let row: Map<_, _> = row
            .iter()
            .filter(|(column, _)| known.contains(column))
            .map(|(column, value)| (column.clone(), value.clone()))
            .collect();
        Value::from(row).to_string()
    });
    kept.collect()
}

/// What the built-in role `owner` learnt since.
const LEARNT: [&str; 9] = [
    "contacts:manage",
    "conversations:manage",
    "notes:write",
    "team:read",
    "team:manage",
    "roles:manage",
    "settings:manage",
    "audit:read",
    "ownership:manage",
];

#[tokio::test]
async fn data_of_the_former_schema_is_intact_in_the_newest() {
    let db = EmptyDb::new().await;
    let mut owner = PgConnection::connect(db.url("owner").expose_secret())
        .await
        .unwrap();
    MIGRATIONS
        .run_direct(Some(BEFORE), &mut owner, false)
        .await
        .unwrap();
    owner.close().await.unwrap();
    db.superuser.execute(ROWS).await.unwrap();
    let mut before = rows(&db.superuser).await;
    let filled = before.values().filter(|rows| !rows.is_empty()).count();
    assert!(filled > 35, "only {filled} tables hold rows");

    migrate(&db.url("owner")).await.unwrap();
    let mut after = rows(&db.superuser).await;
    // Passwords moved to a table of their own.
    let hash =
        |row: &mut Map<String, Value>, id: &str, hash: &str| (row[id].clone(), row.remove(hash).unwrap());
    let had = before
        .get_mut("users")
        .unwrap()
        .iter_mut()
        .map(|row| hash(row, "id", "password_hash"));
    let has = after
        .get_mut("user_passwords")
        .unwrap()
        .iter_mut()
        .map(|row| hash(row, "user_id", "hash"));
    let (had, mut has): (Vec<_>, Vec<_>) = (had.collect(), has.collect());
    has.retain(|password| had.contains(password));
    assert_eq!(has.len(), had.len(), "a password was lost");
    for role in before.get_mut("roles").unwrap() {
        let permissions = role["permissions"].as_array_mut().unwrap();
        permissions.extend(LEARNT.map(Value::from));
    }
    for (table, rows) in &before {
        let wanted = columns_of(rows, rows);
        assert_eq!(wanted.len(), rows.len(), "{table}: rows of the fixture are alike");
        assert_eq!(columns_of(rows, &after[table]), wanted, "{table}");
    }
    let mut connection = db.superuser.acquire().await.unwrap();
    assert_eq!(
        faults(&mut connection).await,
        BTreeSet::new(),
        "the upgraded schema keeps every rule"
    );
}

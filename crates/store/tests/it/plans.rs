//! Every committed statement, planned as each role that may run it: a scan of a tenant's rows goes through an index by
//! the tenant, and no policy costs a sub-plan per row.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor};
use testkit::TestDb;

use crate::{
    classes::{ACROSS, owned_tables},
    session::Session,
};

/// A committed statement with the types of its parameters.
struct Statement {
    query: String,
    types: Vec<String>,
}

fn statements() -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let data: Value = serde_json::from_str(&text).unwrap();
        let types = data["describe"]["parameters"]["Left"].as_array().unwrap();
        found.push(Statement {
            query: data["query"].as_str().unwrap().to_owned(),
            types: types.iter().map(sql_type).collect(),
        });
    }
    found.sort_by(|a, b| a.query.cmp(&b.query));
    found
}

fn sql_type(kind: &Value) -> String {
    let name = kind.as_str().unwrap();
    match name.strip_suffix("Array") {
        Some(element) => format!("{}[]", element.to_lowercase()),
        None => name.to_lowercase(),
    }
}

/// The plan that serves whatever the values are; `None` when the role may not run the statement.
async fn plan(session: &mut Session, context: &str, statement: &Statement) -> Option<Value> {
    let types = statement.types.join(", ");
    let types = if types.is_empty() {
        types
    } else {
        format!("({types})")
    };
    let values = vec!["null"; statement.types.len()].join(", ");
    let values = if values.is_empty() {
        values
    } else {
        format!("({values})")
    };
    session.begin(context).await;
    let planned = async {
        session
            .0
            .execute("set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off")
            .await?;
        let prepare = format!("prepare looked_at{types} as {}", statement.query);
        session.0.execute(AssertSqlSafe(prepare)).await?;
        let explain = format!("explain (format json, verbose) execute looked_at{values}");
        sqlx::query_scalar::<_, Value>(AssertSqlSafe(explain))
            .fetch_one(&mut session.0)
            .await
    };
    let planned = planned.await;
    session.rollback().await;
    session.0.execute("deallocate all").await.unwrap();
    match planned {
        Ok(plan) => Some(plan),
        Err(error) => {
            let code = error
                .as_database_error()
                .and_then(|cause| cause.code())
                .map(String::from);
            assert_eq!(code.as_deref(), Some("42501"), "{error}: {}", statement.query);
            None
        }
    }
}

/// Scans of tables that are not bound to the tenant, and sub-plans inside a scan's filter that run once per row.
fn faults(node: &Value, role: &str, found: &mut BTreeSet<String>) {
    let text = |name: &str| node[name].as_str().unwrap_or_default();
    let table = text("Relation Name");
    let kind = text("Node Type");
    let owned = owned_tables().contains(&table) && !ACROSS.contains(&(table, role));
    let scan = matches!(
        kind,
        "Seq Scan" | "Index Scan" | "Index Only Scan" | "Bitmap Heap Scan"
    );
    if owned && scan {
        let below = node["Plans"].as_array().into_iter().flatten();
        let conditions = below.map(|plan| plan["Index Cond"].as_str().unwrap_or_default());
        let bound = conditions
            .chain([text("Index Cond")])
            .any(|condition| condition.contains("tenant_id"));
        if !bound {
            found.insert(format!("{kind} of {table} without the tenant"));
        }
        let filter = text("Filter");
        if filter.contains("SubPlan") && !filter.contains("hashed SubPlan") && filter.contains("app.tenant") {
            found.insert(format!("a sub-plan per row of {table}"));
        }
    }
    for plan in node["Plans"].as_array().into_iter().flatten() {
        faults(plan, role, found);
    }
}

const CONTEXTS: [(&str, &str); 3] = [
    (
        "tenant",
        "set local app.tenant_id = '019a0000-0000-7000-8000-000000000001'",
    ),
    (
        "ingest",
        "set local app.tenant_ids = '{019a0000-0000-7000-8000-000000000001}'",
    ),
    (
        "delivery",
        "set local app.tenant_ids = '{019a0000-0000-7000-8000-000000000001}'",
    ),
];

async fn audit(db: &TestDb, statements: &[Statement]) -> (usize, BTreeSet<String>) {
    let (mut planned, mut found) = (0, BTreeSet::new());
    for (role, context) in CONTEXTS {
        let mut session = Session::open(db, role).await;
        for statement in statements {
            let Some(plan) = plan(&mut session, context, statement).await else {
                continue;
            };
            planned += 1;
            let mut here = BTreeSet::new();
            faults(&plan[0]["Plan"], role, &mut here);
            found.extend(
                here.into_iter()
                    .map(|fault| format!("{role}: {fault}\n  in {}", statement.query)),
            );
        }
    }
    (planned, found)
}

#[tokio::test]
async fn every_statement_goes_by_the_tenant() {
    let db = TestDb::new().await;
    let statements = statements();
    let (planned, found) = audit(&db, &statements).await;
    let found: Vec<_> = found.into_iter().collect();
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    assert!(
        planned > statements.len() / 2,
        "only {planned} plans were looked at"
    );
}

#[tokio::test]
async fn a_statement_that_forgets_the_tenant_is_caught() {
    let db = TestDb::new().await;
    let forgets = |query: &str| Statement {
        query: query.to_owned(),
        types: vec!["text".to_owned()],
    };
    let (_, found) = audit(&db, &[forgets("select id from messages where provider_id = $1")]).await;
    let roles: Vec<_> = found.iter().filter_map(|fault| fault.split(':').next()).collect();
    assert_eq!(
        roles,
        ["ingest"],
        "the declared set is no index condition: {found:?}"
    );
}

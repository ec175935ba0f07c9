//! How every checked statement reaches the tables of tenants: by an index whose condition names the tenant, under each
//! login that may run it, with the settings of its pool. A plan that reads a whole table, or filters other tenants' rows out of it, is a fault.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};

use crate::{
    classes,
    session::{Pair, Session},
};

/// Logins that work under a tenant or a declared set of tenants.
const LOGINS: [&str; 3] = ["tenant", "ingest", "delivery"];
/// Scans that look across tenants on purpose: what the provider calls a number or an account is one tenant's at most.
const LOOKS_ACROSS: &[(&str, &str)] = &[
    ("tenant", "Index Scan on number_routes by number_routes_pkey"),
    ("tenant", "Index Scan on waba_routes by waba_routes_pkey"),
    // Retention's, which runs as upkeep: what is old goes, whoever it belongs to.
    ("ingest", "Index Scan on parked_statuses by parked_statuses_age"),
];
/// Many tenants with a copy each of one tenant's rows, so that the planner has something to choose for.
const FILL: &str = "
set session_replication_role = replica;
do $$
declare t regclass; columns text; copied text;
begin
  for t in select distinct attrelid::regclass from pg_attribute a join pg_class c on c.oid = a.attrelid
           where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'tenant_id' and not c.relispartition
  loop
    select string_agg(format('%I', attname), ', '),
           string_agg(case attname when 'tenant_id' then 'md5(g::text)::uuid' else format('t.%I', attname) end, ', ')
      into columns, copied
      from pg_attribute where attrelid = t and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('insert into %s (%s) overriding system value select %s from %s t, generate_series(1, 2000) g
      where t.tenant_id = (select id from tenants where slug = ''tenant-a'') on conflict do nothing', t, columns, copied, t);
  end loop;
end $$;
update send_attempts set state = abs(hashtext(tenant_id::text)) % 9;
reset session_replication_role;
analyze";

/// What a login's plan of a statement does wrong, with the statement.
type Fault = (&'static str, String, String);

#[tokio::test]
async fn every_statement_finds_tenants_rows_by_an_index_that_names_the_tenant() {
    let pair = Pair::new().await;
    raw_sql(FILL).execute(&pair.db.superuser).await.unwrap();
    let statements = statements();
    assert!(statements.len() > 250, "the checked statements were read");
    let mut faults = BTreeSet::new();
    let mut planned = 0;
    for login in LOGINS {
        let mut session = Session::open(&pair.db, login).await;
        let tables = tables_of(login);
        for (number, statement) in statements.iter().enumerate() {
            session.begin(&context(&pair)).await;
            if let Some(plan) = plan(&mut session.0, number, statement).await {
                planned += 1;
                examine(&plan, login, statement, &tables, &mut faults);
            }
            session.rollback().await;
        }
    }
    assert!(planned > 250, "{planned} plans were looked at");
    assert_eq!(faults, BTreeSet::new());
}

/// The audit finds what it is there for.
#[tokio::test]
async fn a_scan_that_does_not_name_the_tenant_is_found() {
    let pair = Pair::new().await;
    raw_sql(FILL).execute(&pair.db.superuser).await.unwrap();
    let mut session = Session::open(&pair.db, "ingest").await;
    let planted = [
        "select id from messages where kind = $1",
        "select m.id from conversations c join messages m on m.conversation_id = c.id where c.tenant_id = $1 and c.id = $2",
    ];
    for (number, statement) in planted.into_iter().enumerate() {
        session.begin(&context(&pair)).await;
        let plan = plan(&mut session.0, number, statement).await.unwrap();
        session.rollback().await;
        let mut faults = BTreeSet::new();
        examine(&plan, "ingest", statement, &tables_of("ingest"), &mut faults);
        assert_eq!(faults.len(), 1, "{statement}: {plan}");
    }
}

/// The statements of the whole program, as they were checked.
fn statements() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let query: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            query["query"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// Tables whose rows the login reaches one tenant or one declared set at a time.
fn tables_of(login: &str) -> BTreeSet<&'static str> {
    classes::owned_tables()
        .into_iter()
        .filter(|table| !classes::ACROSS.contains(&(*table, login)))
        .filter(|table| login != "tenant" || !classes::RESOLVED.contains(table))
        .collect()
}

fn context(pair: &Pair) -> String {
    let (a, b) = pair.ids();
    format!(
        "set local app.tenant_id = '{a}'; set local app.tenant_ids = '{{{a},{b}}}'; \
         set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_hashjoin = off; \
         set local enable_mergejoin = off; set local plan_cache_mode = force_generic_plan"
    )
}

/// The plan for unknown values; `None` when the login may not run the statement, or it can't be explained.
async fn plan(connection: &mut PgConnection, number: usize, statement: &str) -> Option<Value> {
    let nulls = (1..=64)
        .take_while(|n| statement.contains(&format!("${n}")))
        .map(|_| "null")
        .collect::<Vec<_>>();
    let execute = if nulls.is_empty() {
        format!("execute audited_{number}")
    } else {
        format!("execute audited_{number} ({})", nulls.join(", "))
    };
    let prepare = format!("prepare audited_{number} as {statement}");
    raw_sql(AssertSqlSafe(prepare))
        .execute(&mut *connection)
        .await
        .ok()?;
    let explain = format!("explain (format json) {execute}");
    let plan: Result<Value, _> = sqlx::query_scalar(AssertSqlSafe(explain))
        .fetch_one(connection)
        .await;
    plan.ok()
}

fn examine(
    plan: &Value,
    login: &'static str,
    statement: &str,
    tables: &BTreeSet<&'static str>,
    faults: &mut BTreeSet<Fault>,
) {
    match plan {
        Value::Array(parts) => parts
            .iter()
            .for_each(|part| examine(part, login, statement, tables, faults)),
        Value::Object(node) => {
            if let Some(fault) = scan_fault(plan, tables) {
                if !LOOKS_ACROSS.contains(&(login, fault.as_str())) {
                    let words: Vec<_> = statement.split_whitespace().collect();
                    faults.insert((login, fault, words.join(" ")));
                }
            }
            node.values()
                .for_each(|part| examine(part, login, statement, tables, faults));
        }
        _ => {}
    }
}

/// What is wrong with this node's way to its table.
fn scan_fault(node: &Value, tables: &BTreeSet<&'static str>) -> Option<String> {
    let text = |key: &str| node[key].as_str().unwrap_or_default();
    let table = tables.get(text("Relation Name"))?;
    let condition = match text("Node Type") {
        "ModifyTable" => return None,
        "Index Scan" | "Index Only Scan" => text("Index Cond"),
        other => return Some(format!("{other} on {table}")),
    };
    (!condition.contains("tenant_id"))
        .then(|| format!("{} on {table} by {}", text("Node Type"), text("Index Name")))
}

//! Every table stands in its class and under its class's rules; each rule is shown to find its fault.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Executor, PgConnection};
use testkit::TestDb;

use crate::classes;

const QUERY: &str = include_str!("catalogue.sql");

type Fault = (String, String);

pub async fn faults(connection: &mut PgConnection) -> BTreeSet<Fault> {
    let rows: Vec<Fault> = sqlx::query_as(QUERY)
        .bind(classes::parameters())
        .fetch_all(connection)
        .await
        .unwrap();
    rows.into_iter().collect()
}

/// Partitions are tables too: two days of them.
async fn database() -> TestDb {
    let db = TestDb::new().await;
    let days = "select ensure_ingest_day('2026-11-22'), ensure_ingest_day('2026-11-23')";
    db.superuser.execute(days).await.unwrap();
    db
}

#[tokio::test]
async fn every_table_stands_under_the_rules_of_its_class() {
    let db = database().await;
    let mut connection = db.superuser.acquire().await.unwrap();
    assert_eq!(faults(&mut connection).await, BTreeSet::new());
    let partitions: i64 =
        sqlx::query_scalar("select count(*) from pg_class where relispartition and relkind = 'r'")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
    assert_eq!(partitions, 4, "the partitions were looked at");
}

const ON_CONTACTS: &str = "(tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)";

/// One fault each: the rule, what is planted, what the rule must name.
fn plants() -> Vec<(&'static str, String, &'static str)> {
    let plant = |rule, sql: &str, object| (rule, sql.replace("{own}", ON_CONTACTS), object);
    [
        tables(),
        columns(),
        policies(),
        keys(),
        grants(),
        roles_and_functions(),
    ]
    .into_iter()
    .flatten()
    .map(|(rule, sql, object)| plant(rule, sql, object))
    .collect()
}

type Plant = (&'static str, &'static str, &'static str);

fn tables() -> Vec<Plant> {
    vec![
        (
            "table in no class",
            "create table planted (id uuid primary key)",
            "planted",
        ),
        (
            "class without its table",
            "drop table identity_pairs",
            "identity_pairs",
        ),
        (
            "row security not enabled and forced",
            "alter table contacts disable row level security",
            "contacts",
        ),
        (
            "row security not enabled and forced",
            "alter table contacts no force row level security",
            "contacts",
        ),
        (
            "row security not enabled and forced",
            "create table planted partition of webhook_outcomes for values from ('2030-01-01') to ('2030-01-02')",
            "planted",
        ),
    ]
}

fn columns() -> Vec<Plant> {
    vec![
        (
            "tenant_id missing or nullable",
            "alter table outbox drop constraint outbox_pkey, alter tenant_id drop not null",
            "outbox",
        ),
        (
            "tenant_id missing or nullable",
            "alter table connection_steps rename tenant_id to owner_id",
            "connection_steps",
        ),
        (
            "tenant_id in a table that belongs to no tenant",
            "alter table portfolios add column tenant_id uuid",
            "portfolios",
        ),
        (
            "no primary key",
            "alter table outbox drop constraint outbox_pkey",
            "outbox",
        ),
        (
            "owner is not parlance_owner",
            "alter table contacts owner to postgres",
            "contacts",
        ),
        (
            "relation that does not stand under its reader's policies",
            "create view planted as select * from contacts",
            "planted",
        ),
        (
            "relation that does not stand under its reader's policies",
            "create materialized view planted as select * from contacts",
            "planted",
        ),
        (
            "table outside the schema",
            "create schema planted; create table planted.hidden (id uuid)",
            "planted.hidden",
        ),
        (
            "bytes whose readers are not listed",
            "alter table contacts add column planted bytea",
            "contacts.planted",
        ),
        (
            "listed column does not exist",
            "alter table media rename filename to planted",
            "media.filename",
        ),
    ]
}

fn policies() -> Vec<Plant> {
    vec![
        (
            "policy for public",
            "create policy planted on contacts using {own}",
            "contacts.planted",
        ),
        (
            "policy for a role that is not a runtime role",
            "create policy planted on contacts to parlance_backup using {own}",
            "contacts.planted",
        ),
        (
            "command without a policy",
            "drop policy tenant on contacts",
            "parlance_tenant SELECT contacts",
        ),
        (
            "command without a policy",
            "grant delete on outbox to parlance_platform",
            "parlance_platform DELETE outbox",
        ),
        (
            "command without a policy",
            "drop policy ingest on contacts; create policy planted on contacts for select to parlance_ingest using (false)",
            "parlance_ingest UPDATE contacts",
        ),
        (
            "policy text not approved",
            "create policy planted on contacts for select to parlance_tenant using (true)",
            "contacts.planted for parlance_tenant: true",
        ),
        (
            "policy text not approved",
            "alter policy tenant on contacts with check (true)",
            "contacts.tenant for parlance_tenant: true",
        ),
        (
            "policy text not approved",
            "create policy planted on contacts for select to parlance_ingest using (nullif(current_setting('app.tenant_id', true), '') is null)",
            "contacts.planted for parlance_ingest: (NULLIF(current_setting('app.tenant_id'::text, true), ''::text) IS NULL)",
        ),
        (
            "exception that nothing uses",
            "drop policy events_all on outbox",
            "outbox for parlance_events",
        ),
    ]
}

fn keys() -> Vec<Plant> {
    vec![
        (
            "index does not lead with tenant_id",
            "create index planted on messages (provider_id)",
            "planted",
        ),
        (
            "index does not lead with tenant_id",
            "create index planted on messages ((tenant_id::text))",
            "planted",
        ),
        (
            "foreign key does not pair tenant_id",
            "alter table wabas add unique (id); alter table templates add constraint planted foreign key (waba_id) references wabas (id)",
            "templates.planted",
        ),
        (
            "foreign key does not pair tenant_id",
            "alter table wabas add unique (id); alter table portfolios add column planted uuid references wabas (id)",
            "portfolios.portfolios_planted_fkey",
        ),
        (
            "foreign key without an index that it leads",
            "drop index conversations_number",
            "conversations.conversations_tenant_id_phone_number_id_fkey",
        ),
        (
            "foreign key without an index that it leads",
            "drop index messages_media; create index planted on messages (tenant_id, media_id) where kind = 'image'",
            "messages.messages_tenant_id_media_id_fkey",
        ),
        (
            "foreign key acts on delete or update",
            "alter table connection_steps add constraint planted foreign key (tenant_id, connection_id) references connections on delete cascade",
            "connection_steps.planted",
        ),
        (
            "constraint not validated",
            "alter table contacts add constraint planted check (id is not null) not valid",
            "contacts.planted",
        ),
    ]
}

fn grants() -> Vec<Plant> {
    vec![
        (
            "grant that row security does not see",
            "grant truncate on contacts to parlance_tenant",
            "TRUNCATE on contacts",
        ),
        (
            "grant that row security does not see",
            "grant references (id) on contacts to parlance_tenant",
            "REFERENCES on contacts",
        ),
        (
            "grant that row security does not see",
            "grant trigger on contacts to parlance_tenant",
            "TRIGGER on contacts",
        ),
        (
            "grant to somebody else, or to pass on",
            "grant select on contacts to public",
            "SELECT on contacts",
        ),
        (
            "grant to somebody else, or to pass on",
            "grant select (id) on contacts to pg_monitor",
            "SELECT on contacts",
        ),
        (
            "grant to somebody else, or to pass on",
            "grant select on contacts to parlance_tenant with grant option",
            "SELECT on contacts",
        ),
        (
            "backup may do more than read",
            "grant insert on contacts to parlance_backup",
            "INSERT on contacts",
        ),
        (
            "grant on a partition",
            "grant select on raw_webhooks_20261122 to parlance_ingest",
            "SELECT on raw_webhooks_20261122",
        ),
        (
            "grant on the table of migrations",
            "grant select on _sqlx_migrations to parlance_tenant",
            "SELECT",
        ),
        (
            "column read by another role",
            "grant select (credential_sealed) on provider_accounts to parlance_platform",
            "parlance_platform reads provider_accounts.credential_sealed",
        ),
    ]
}

fn roles_and_functions() -> Vec<Plant> {
    vec![
        (
            "role may do more than sign in",
            "alter role parlance_events bypassrls",
            "parlance_events",
        ),
        (
            "role may do more than sign in",
            "alter role parlance_events createrole",
            "parlance_events",
        ),
        (
            "role may do more than sign in",
            "alter role parlance_events superuser",
            "parlance_events",
        ),
        (
            "role is a member of another",
            "grant parlance_owner to parlance_tenant",
            "parlance_tenant of parlance_owner",
        ),
        (
            "definer function not listed or without its search path",
            "create function planted() returns int language sql security definer set search_path = pg_catalog, pg_temp as 'select 1'",
            "planted",
        ),
        (
            "definer function not listed or without its search path",
            "alter function ensure_ingest_day(date) reset search_path",
            "ensure_ingest_day",
        ),
        (
            "function that public may run",
            "create function planted() returns int language sql as 'select 1'",
            "planted",
        ),
        (
            "role may change a setting inside a statement",
            "grant execute on function set_config(text, text, boolean) to parlance_tenant",
            "parlance_tenant",
        ),
        (
            "role may create",
            "grant create on schema public to parlance_tenant",
            "parlance_tenant",
        ),
        (
            "role may create",
            "do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$",
            "parlance_tenant",
        ),
    ]
}

#[tokio::test]
async fn each_rule_finds_the_fault_that_is_planted() {
    let db = database().await;
    let mut connection = db.superuser.acquire().await.unwrap();
    let mut tried = BTreeSet::new();
    for (rule, sql, object) in plants() {
        connection
            .execute(AssertSqlSafe(format!("begin; {sql}")))
            .await
            .unwrap();
        let found = faults(&mut connection).await;
        connection.execute("rollback").await.unwrap();
        let wanted = (rule.to_owned(), object.to_owned());
        assert!(
            found.contains(&wanted),
            "{sql}: expected {wanted:?} among {found:?}"
        );
        tried.insert(rule.replace('\'', "''"));
    }
    let rules: BTreeSet<String> = QUERY
        .lines()
        .filter_map(|line| line.strip_prefix("select '"))
        .filter_map(|line| line.split_once("',").or_else(|| line.split_once("' as")))
        .map(|(rule, _)| rule.to_owned())
        .collect();
    assert_eq!(tried, rules, "every rule of the query has a planted fault");
}

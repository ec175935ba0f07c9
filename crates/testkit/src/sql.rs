use domain::TenantId;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor};

use crate::TestDb;

impl TestDb {
    /// Runs statements as superuser; for fixtures.
    pub async fn sql(&self, statements: &str) {
        self.superuser
            .execute(AssertSqlSafe(statements.to_owned()))
            .await
            .unwrap();
    }

    /// The rows of a query as a JSON array of objects, read as superuser.
    pub async fn json(&self, query: &str) -> Value {
        let query = format!("select coalesce(jsonb_agg(to_jsonb(q)), '[]') from ({query}) q");
        sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_one(&self.superuser)
            .await
            .unwrap()
    }

    /// Digest of every row of one tenant, in every table that has a `tenant_id`, read as superuser. Equal digests mean
    /// that nothing of the tenant was added, changed or removed.
    pub async fn digest(&self, tenant: TenantId) -> String {
        self.digest_without(tenant, &[]).await
    }

    /// The same, some tables left out.
    pub async fn digest_without(&self, tenant: TenantId, left_out: &[&str]) -> String {
        let tables: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_class c
             join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
             join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
             where c.relkind in ('r', 'p') and not c.relispartition
             order by c.relname",
        )
        .fetch_all(&self.superuser)
        .await
        .unwrap();
        let tables = tables.iter().filter(|table| !left_out.contains(&table.as_str()));
        let parts = tables.map(|table| {
            format!("select '{table}' as name, row_to_json(r)::text as line from {table} r where r.tenant_id = '{}'", tenant.uuid())
        });
        let all = parts.collect::<Vec<_>>().join(" union all ");
        let query = format!(
            "select md5(coalesce(string_agg(name || line, '|' order by name, line), '')) from ({all}) rows"
        );
        sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_one(&self.superuser)
            .await
            .unwrap()
    }
}

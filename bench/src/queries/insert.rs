//! Q2, writing: batches of a hundred contacts.

use std::sync::Arc;

use domain::Ids;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use store::TenantScope;
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;

use super::{
    Inbox,
    clients::{CLIENTS, Rng, Work, run},
    policy_cost,
};
use crate::{report::Figure, rounds::Rounds, stage::Stage};

/// Rows of a batch.
const ROWS: usize = 100;
/// Tenants that a batch of the normalizer's role names.
const TENANTS_IN_SET: usize = 20;
const AT: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

/// Whose policy is measured.
#[derive(Debug, Clone, Copy)]
enum Policy {
    /// One tenant, by a bare comparison.
    Tenant,
    /// A declared set, by its hashed form.
    Set,
}

/// Both policies, each against the same statement as a role that bypasses row security.
pub async fn insert(stage: &Stage, inbox: &Inbox) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (policy, role, metric) in [
        (
            Policy::Tenant,
            "parlance_tenant",
            "100-row insert, one tenant: CPU, times no row security",
        ),
        (
            Policy::Set,
            "parlance_ingest",
            "100-row insert, declared set: CPU, times no row security",
        ),
    ] {
        let (own, bypassing) = (pool(stage, role).await?, pool(stage, "parlance_bench").await?);
        let rounds: Rounds<2> = Rounds::run(&stage.plan, async |side| {
            let pool = if side == 0 { own.clone() } else { bypassing.clone() };
            run(
                stage,
                Batch {
                    pool,
                    policy,
                    scopes: inbox.scopes.clone(),
                    ids: stage.db.ids.clone(),
                },
            )
            .await
        })
        .await?;
        figures.push(policy_cost(stage, &rounds, metric, "us PostgreSQL CPU/row"));
    }
    Ok(figures)
}

async fn pool(stage: &Stage, role: &str) -> anyhow::Result<PgPool> {
    let options = stage
        .db
        .superuser
        .connect_options()
        .as_ref()
        .clone()
        .username(role);
    Ok(PgPoolOptions::new()
        .max_connections(u32::try_from(2 * CLIENTS)?)
        .test_before_acquire(false)
        .connect_with(options)
        .await?)
}

#[derive(Clone)]
struct Batch {
    pool: PgPool,
    policy: Policy,
    scopes: Arc<[TenantScope]>,
    ids: Ids,
}

impl Work for Batch {
    const ITEMS: u64 = ROWS as u64;

    async fn once(&self, _: usize, rng: &mut Rng) -> anyhow::Result<()> {
        let count = if matches!(self.policy, Policy::Tenant) {
            1
        } else {
            TENANTS_IN_SET
        };
        let tenants = (0..count)
            .map(|_| Ok(rng.pick(&self.scopes)?.tenant_id().uuid()))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let set = tenants.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
        let begin = match self.policy {
            Policy::Tenant => format!("begin; set local app.tenant_id = '{set}'"),
            Policy::Set => format!("begin; set local app.tenant_ids = '{{{set}}}'"),
        };
        let mut tx = self.pool.begin_with(AssertSqlSafe(begin)).await?;
        let insert = sqlx::query(
            "insert into contacts (tenant_id, id, profile_name, profile_name_at, created_at)
             select u.tenant_id, u.id, 'Sheena Nelson', $3, $3
             from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)",
        );
        let of: Vec<Uuid> = tenants.into_iter().cycle().take(ROWS).collect();
        let ids: Vec<Uuid> = (0..ROWS).map(|_| self.ids.uuid()).collect();
        insert.bind(of).bind(ids).bind(AT).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

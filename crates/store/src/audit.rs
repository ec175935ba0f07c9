//! Audit entries, written in the transaction of what they tell. Ids and digests only. Seals follow behind them.

mod entries;
mod seals;
mod verify;

use domain::{AuditEntryId, PlatformUserId, TenantId};
use serde_json::Value;
use time::OffsetDateTime;

use crate::{
    error::Result,
    scope::{Actor, TenantScope},
    tx::{PlatformTx, SetTx, TenantTx},
};

pub use entries::{EntryFilter, EntryRow, actor_names, entries, entries_before};
pub use seals::Sealed;
pub use verify::{Chain, ChainReport};

/// What happened, to what.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Id of the entry.
    pub id: AuditEntryId,
    /// When, by the product's clock.
    pub at: OffsetDateTime,
    /// `message.send`, `api_key.create` …
    pub action: &'static str,
    /// Id of what it was done to.
    pub target: Option<String>,
    /// Ids and values that are neither content nor personal.
    pub details: Value,
}

/// Appends an entry to the tenant's log.
pub async fn append(tx: &mut TenantTx, scope: &TenantScope, entry: &Entry) -> Result<()> {
    let (actor_kind, actor_id) = scope.actor().audit_parts();
    let tenant_id = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into audit_entries (tenant_id, id, at, actor_kind, actor_id, action, target, details)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant_id,
        entry.id.uuid(),
        entry.at,
        actor_kind,
        actor_id,
        entry.action,
        entry.target,
        entry.details.to_string(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Appends entries to the logs of several tenants, by a worker of ours.
pub async fn append_many(tx: &mut SetTx, worker: &'static str, entries: &[(TenantId, Entry)]) -> Result<()> {
    let (actor_kind, actor_id) = Actor::Worker(worker).audit_parts();
    sqlx::query!(
        "insert into audit_entries (tenant_id, id, at, actor_kind, actor_id, action, target, details)
         select u.tenant_id, u.id, u.at, $7, $8, u.action, u.target, u.details
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
           as u (tenant_id, id, at, action, target, details)",
        &entries
            .iter()
            .map(|(tenant, _)| tenant.uuid())
            .collect::<Vec<_>>(),
        &entries
            .iter()
            .map(|(_, entry)| entry.id.uuid())
            .collect::<Vec<_>>(),
        &entries.iter().map(|(_, entry)| entry.at).collect::<Vec<_>>(),
        &entries
            .iter()
            .map(|(_, entry)| entry.action.to_owned())
            .collect::<Vec<_>>(),
        &entries
            .iter()
            .map(|(_, entry)| entry.target.clone())
            .collect::<Vec<_>>() as &[Option<String>],
        &entries
            .iter()
            .map(|(_, entry)| entry.details.to_string())
            .collect::<Vec<_>>(),
        actor_kind,
        actor_id,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Appends an entry to the platform's log.
pub async fn append_platform(
    tx: &mut PlatformTx,
    by: Option<PlatformUserId>,
    tenant: Option<TenantId>,
    entry: &Entry,
) -> Result<()> {
    sqlx::query!(
        "insert into platform_audit_entries (id, at, platform_user_id, action, tenant_id, target, details)
         values ($1, $2, $3, $4, $5, $6, $7)",
        entry.id.uuid(),
        entry.at,
        by.map(PlatformUserId::uuid),
        entry.action,
        tenant.map(TenantId::uuid),
        entry.target,
        entry.details.to_string(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

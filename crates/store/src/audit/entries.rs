//! Reading a tenant's log. Ids grow with the product's clock, so a span of time is a range of the primary key.

use std::collections::HashMap;

use domain::{AuditEntryId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};

use crate::{
    error::Result,
    page::{Page, PageRequest},
    tx::TenantTx,
};

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    /// Of this person.
    pub user_id: Option<UserId>,
    /// Of this action.
    pub action: Option<String>,
    /// From this time on.
    pub from: Option<OffsetDateTime>,
    /// Before this time.
    pub before: Option<OffsetDateTime>,
}

/// An entry as it is read.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// The entry.
    pub id: AuditEntryId,
    /// When, by the product's clock.
    pub at: OffsetDateTime,
    /// `user`, `api_key` or `worker`.
    pub actor_kind: String,
    /// Id of who acted, or the worker's name.
    pub actor_id: Option<String>,
    /// What was done.
    pub action: String,
    /// Id of what it was done to.
    pub target: Option<String>,
    /// Ids and values, as JSON.
    pub details: String,
}

#[derive(Serialize, Deserialize)]
struct Key(Uuid);

/// A page of entries, newest first.
pub async fn entries(
    tx: &mut TenantTx,
    filter: &EntryFilter,
    request: &PageRequest,
) -> Result<Page<EntryRow>> {
    let before = request.key::<Key>()?.map(|Key(id)| AuditEntryId::new(id));
    let rows = entries_before(tx, filter, before, request.fetch()).await?;
    Ok(Page::cut(rows, request.fetch(), |row| Key(row.id.uuid())))
}

/// At most `limit` entries older than one, newest first.
pub async fn entries_before(
    tx: &mut TenantTx,
    filter: &EntryFilter,
    before: Option<AuditEntryId>,
    limit: i64,
) -> Result<Vec<EntryRow>> {
    let end = filter.before.map_or(Uuid::max(), first_id);
    let rows = sqlx::query!(
        "select id, at, actor_kind, actor_id, action, target, details
         from audit_entries
         where tenant_id = $1
           and id < $2
           and id >= $3
           and ($4::text is null or actor_id = $4)
           and ($5::text is null or action = $5)
         order by id desc
         limit $6",
        tx.tenant_id().uuid(),
        before.map_or(end, |id| id.uuid().min(end)),
        filter.from.map_or(Uuid::nil(), first_id),
        filter.user_id.map(|id| id.to_string()),
        filter.action,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows.into_iter().map(|row| EntryRow {
        id: AuditEntryId::new(row.id),
        at: row.at,
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        action: row.action,
        target: row.target,
        details: row.details,
    });
    Ok(rows.collect())
}

/// Names of members and API keys by id, for those that are still there.
pub async fn actor_names(tx: &mut TenantTx, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        r#"select u.id as "id!", u.name as "name!" from users u where u.id = any($2)
           union all
           select k.id, k.name from api_keys k where k.tenant_id = $1 and k.id = any($2)"#,
        tenant,
        ids,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The lowest id that the product's clock makes at this time.
fn first_id(at: OffsetDateTime) -> Uuid {
    let millis = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

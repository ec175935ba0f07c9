//! The tenant's audit log, searched and exported.

use std::collections::HashMap;

use domain::{AuditEntryId, Result, TypedId, UserId, permission::Permission};
use futures::{Stream, stream};
use serde::Serialize;
use serde_json::{Value, json};
pub use store::audit::EntryFilter;
use store::{
    TenantScope, TenantTx,
    audit::{self, EntryRow},
    page::{Page, PageRequest},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::tenant::TenantServices;

/// Entries that one read of an export takes.
const EXPORT_ROWS: i64 = 1_000;
/// Entries that one export holds at most, so that it ends; a narrower span of time reaches the rest.
const EXPORT_ROWS_MAX: usize = 100_000;

/// One line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntryView {
    /// The entry.
    pub id: AuditEntryId,
    /// When, by the product's clock.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who acted.
    pub actor: AuditActor,
    /// What was done: `membership.update`.
    pub action: String,
    /// Id of what it was done to.
    pub target: Option<String>,
    /// Ids, values and reasons.
    #[schema(value_type = Object)]
    pub details: Value,
}

/// Who acted.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditActor {
    /// `user`, `api_key` or `worker`.
    pub kind: String,
    /// Their id, or the worker's name.
    pub id: Option<String>,
    /// Their name; null when they are not here any more.
    pub name: Option<String>,
}

impl TenantServices {
    /// A page of the log, newest first.
    pub async fn audit_entries(
        &self,
        scope: &TenantScope,
        filter: &EntryFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditEntryView>> {
        scope.require(Permission::AuditRead)?;
        let mut tx = self.db.begin(scope).await?;
        let page = audit::entries(&mut tx, filter, page).await?;
        let names = names(&mut tx, &page.items).await?;
        Ok(page.map(|row| view(row, &names)))
    }

    /// The log as CSV, in portions; the export itself is written down.
    pub async fn export_audit(
        &self,
        scope: &TenantScope,
        filter: EntryFilter,
    ) -> Result<impl Stream<Item = Result<String>> + Send + use<>> {
        scope.require(Permission::AuditRead)?;
        let mut tx = self.db.begin(scope).await?;
        let entry = self.audit("audit.export", scope.tenant_id(), json!({}));
        audit::append(&mut tx, scope, &entry).await?;
        tx.commit().await?;
        let export = Export {
            services: self.clone(),
            scope: scope.clone(),
            filter,
            before: None,
            rows: 0,
            ended: false,
        };
        let head = "id,at,actor_kind,actor_id,actor_name,action,target,details\r\n";
        let body = stream::try_unfold(export, Export::next);
        Ok(futures::StreamExt::chain(
            stream::once(std::future::ready(Ok(head.to_owned()))),
            body,
        ))
    }
}

struct Export {
    services: TenantServices,
    scope: TenantScope,
    filter: EntryFilter,
    before: Option<AuditEntryId>,
    rows: usize,
    ended: bool,
}

impl Export {
    async fn next(mut self) -> Result<Option<(String, Self)>> {
        if self.ended || self.rows >= EXPORT_ROWS_MAX {
            return Ok(None);
        }
        let mut tx = self.services.db.begin(&self.scope).await?;
        let rows = audit::entries_before(&mut tx, &self.filter, self.before, EXPORT_ROWS).await?;
        let names = names(&mut tx, &rows).await?;
        drop(tx);
        let Some(last) = rows.last() else { return Ok(None) };
        self.before = Some(last.id);
        self.rows += rows.len();
        self.ended = i64::try_from(rows.len()).is_ok_and(|count| count < EXPORT_ROWS);
        let lines = rows.into_iter().map(|row| line(&view(row, &names)));
        Ok(Some((lines.collect(), self)))
    }
}

async fn names(tx: &mut TenantTx, rows: &[EntryRow]) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(actor_uuid).collect();
    Ok(audit::actor_names(tx, &ids).await?)
}

fn actor_uuid(row: &EntryRow) -> Option<Uuid> {
    let id = row.actor_id.as_deref()?;
    match row.actor_kind.as_str() {
        "user" => id.parse::<UserId>().ok().map(TypedId::uuid),
        "api_key" => id.parse::<domain::ApiKeyId>().ok().map(TypedId::uuid),
        _ => None,
    }
}

fn view(row: EntryRow, names: &HashMap<Uuid, String>) -> AuditEntryView {
    let name = actor_uuid(&row).and_then(|id| names.get(&id).cloned());
    AuditEntryView {
        id: row.id,
        at: row.at,
        actor: AuditActor {
            kind: row.actor_kind,
            id: row.actor_id,
            name,
        },
        action: row.action,
        target: row.target,
        details: serde_json::from_str(&row.details).unwrap_or_default(),
    }
}

fn line(entry: &AuditEntryView) -> String {
    let cells = [
        entry.id.to_string(),
        entry.at.format(&Rfc3339).unwrap_or_default(),
        entry.actor.kind.clone(),
        entry.actor.id.clone().unwrap_or_default(),
        entry.actor.name.clone().unwrap_or_default(),
        entry.action.clone(),
        entry.target.clone().unwrap_or_default(),
        entry.details.to_string(),
    ];
    let cells = cells.map(|cell| quoted(&cell));
    format!("{}\r\n", cells.join(","))
}

/// A cell in quotes; what a spreadsheet would take for a formula is kept as text.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_is_text_whatever_it_holds() {
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(quoted("=cmd()"), "\"'=cmd()\"");
    }
}

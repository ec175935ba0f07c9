//! One batch of bodies, one transaction: either all of it counts, cursor included, or nothing.

use std::collections::HashSet;

use domain::{TenantId, event::DomainEvent};
use store::ingest::{self, CursorLease, Routes, StatusKey};
use uuid::Uuid;

use super::{log, messages, parsed, parsed::Parsed, statuses};
use crate::Deps;

/// Events of a batch, each once, in order.
#[derive(Debug, Default)]
pub(crate) struct Events {
    rows: Vec<(TenantId, DomainEvent)>,
    seen: HashSet<(&'static str, Uuid)>,
}

impl Events {
    pub(crate) fn insert(&mut self, tenant: TenantId, event: DomainEvent) {
        let subject = match &event {
            DomainEvent::MessageCreated { message_id, .. }
            | DomainEvent::MessageUpdated { message_id, .. } => message_id.uuid(),
            DomainEvent::ConversationUpdated { conversation_id } => conversation_id.uuid(),
            DomainEvent::TemplateUpdated { template_id } => template_id.uuid(),
            DomainEvent::NumberUpdated { phone_number_id } => phone_number_id.uuid(),
        };
        if self.seen.insert((event.name(), subject)) {
            self.rows.push((tenant, event));
        }
    }

    pub(crate) fn rows(&self) -> &[(TenantId, DomainEvent)] {
        &self.rows
    }
}

/// What a batch leaves for others.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) events: Events,
    pub(crate) jobs: bool,
    pub(crate) parked: Vec<StatusKey>,
}

/// Applies bodies that follow the cursor.
pub(crate) async fn apply(
    deps: &Deps,
    lease: &CursorLease,
    rows: &[Parsed],
) -> Result<Effects, store::Error> {
    let mut effects = Effects::default();
    let Some(last) = rows.last() else {
        return Ok(effects);
    };
    let routes = parsed::read_routes(&deps.db, rows).await?;
    let mut entries = log::entries(rows, &routes);
    let now = deps.clock.now();
    let mut tx = deps.db.begin_batch(lease, last.position, &routes).await?;
    let places = ingest::number_places(&mut tx, &routes).await?;
    messages::apply(&mut tx, &deps.ids, now, &places, &mut entries, &mut effects).await?;
    statuses::apply(&mut tx, now, &mut entries, &mut effects).await?;
    ingest::record_outcomes(&mut tx, lease.stream(), now, &log::outcomes(rows, entries)).await?;
    store::outbox::push_many(&mut tx, now, effects.events.rows()).await?;
    tx.commit().await?;
    Ok(effects)
}

/// Steps over a body that fails whatever is tried, and says so in the webhook log.
pub(crate) async fn step_over(
    deps: &Deps,
    lease: &CursorLease,
    row: &Parsed,
    cause: &store::Error,
) -> Result<(), store::Error> {
    let mut tx = deps
        .db
        .begin_batch(lease, row.position, &Routes::default())
        .await?;
    ingest::record_outcomes(
        &mut tx,
        lease.stream(),
        deps.clock.now(),
        &[log::failed(row, cause)],
    )
    .await?;
    tx.commit().await
}

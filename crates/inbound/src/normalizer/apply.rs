//! One batch of bodies, one transaction: either all of it counts, cursor included, or nothing.

use std::collections::{BTreeSet, HashSet};

use domain::{TenantId, event::DomainEvent};
use store::{
    SetTx,
    ingest::{self, ChangeOutcome, CursorLease, Routes, StatusKey},
};
use uuid::Uuid;

use super::{accounts, customers, log, parsed, parsed::Parsed, statuses};
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
            DomainEvent::ConversationEventCreated { event_id, .. } => event_id.uuid(),
            DomainEvent::ContactUpdated { contact_id } => contact_id.uuid(),
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
    /// What the second transaction looks for among the parked statuses.
    pub(crate) parked: BTreeSet<StatusKey>,
    pub(crate) contacts: usize,
}

/// Applies bodies that follow the cursor.
pub(crate) async fn apply(
    deps: &Deps,
    lease: &CursorLease,
    rows: &[Parsed],
) -> Result<Effects, store::Error> {
    let Some(last) = rows.last() else {
        return Ok(Effects::default());
    };
    let routes = parsed::read_routes(&deps.db, rows).await?;
    let mut tx = deps.db.begin_batch(lease, last.position, &routes).await?;
    let (effects, _) = apply_in(&mut tx, deps, lease.stream(), rows, &routes).await?;
    tx.commit().await?;
    Ok(effects)
}

/// Applies bodies in a transaction that is committed elsewhere, or not.
pub(crate) async fn apply_in(
    tx: &mut SetTx,
    deps: &Deps,
    stream: i16,
    rows: &[Parsed],
    routes: &Routes,
) -> Result<(Effects, Vec<ChangeOutcome>), store::Error> {
    let mut effects = Effects::default();
    let mut entries = log::entries(rows, routes);
    let now = deps.clock.now();
    let places = ingest::number_places(tx, routes).await?;
    customers::apply(tx, &deps.ids, now, &places, &mut entries, &mut effects).await?;
    statuses::apply(tx, now, &mut entries, &mut effects).await?;
    accounts::apply(tx, deps, now, &mut entries, &mut effects).await?;
    let outcomes = log::outcomes(rows, entries);
    ingest::record_outcomes(tx, stream, now, &outcomes).await?;
    store::outbox::push_many(tx, now, effects.events.rows()).await?;
    Ok((effects, outcomes))
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
        &log::failed(row, cause),
    )
    .await?;
    tx.commit().await
}

//! Statuses of a batch: folded per message, applied once, parked when their message is not known yet.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    MessageId, TenantId,
    event::DomainEvent,
    ports::{Fact, StatusUpdate},
    status::{MessageStatus, Progress},
};
use store::{
    SetTx,
    ingest::{self, MatchedStatus, MessageRef, ParkedStatus, ParkedStatuses, StatusKey},
};
use time::OffsetDateTime;

use super::{
    apply::{Effects, Events},
    log::Entry,
    parsed::Place,
};
use crate::{Committed, Deps};

pub(crate) async fn apply(
    tx: &mut SetTx,
    now: OffsetDateTime,
    entries: &mut [Entry<'_>],
    effects: &mut Effects,
) -> Result<(), store::Error> {
    let mut seen: Vec<(usize, StatusKey, &StatusUpdate)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Place::Number(tenant, number, _) = entry.place else {
            continue;
        };
        let change = entry.change;
        seen.extend(change.facts.iter().filter_map(|fact| match fact {
            Fact::Status(status) if is_the_providers(status.status) => {
                Some((index, (tenant, number, status.provider_id.clone()), &**status))
            }
            _ => None,
        }));
    }
    if seen.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = seen
        .iter()
        .map(|(_, key, status)| (key.clone(), status.message_id))
        .collect();
    let matches = ingest::match_statuses(tx, &keys).await?;
    let mut merged: BTreeMap<(TenantId, MessageId), MatchedStatus> = BTreeMap::new();
    let mut parked = ParkedStatuses::new();
    for ((_, key, status), found) in seen.iter().zip(&matches) {
        match found {
            Some(message_id) => fold(&mut merged, matched(key, *message_id, status)),
            None => park(&mut parked, key, status),
        }
    }
    let merged: Vec<MatchedStatus> = merged.into_values().collect();
    let changed: BTreeSet<MessageRef> = ingest::apply_statuses(tx, now, &merged)
        .await?
        .into_iter()
        .collect();
    let changed_ids: BTreeSet<MessageId> = changed.iter().map(|message| message.message_id).collect();
    for ((index, ..), found) in seen.iter().zip(&matches) {
        let Some(entry) = entries.get_mut(*index) else {
            continue;
        };
        match found {
            Some(message) if !changed_ids.contains(message) => entry.duplicates += 1,
            Some(_) => entry.statuses += 1,
            None => {
                entry.statuses += 1;
                entry.parked = true;
            }
        }
    }
    if !parked.is_empty() {
        ingest::park_statuses(tx, now, &parked).await?;
        effects.parked.extend(parked.into_keys().map(|(key, _)| key));
    }
    tell(&mut effects.events, &changed);
    Ok(())
}

/// The second transaction: what was parked while its message was being recorded is applied now.
pub(crate) async fn apply_parked(deps: &Deps, keys: &BTreeSet<StatusKey>) -> Result<(), store::Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let now = deps.clock.now();
    let keys: Vec<StatusKey> = keys.iter().cloned().collect();
    let keys = keys.as_slice();
    let mut tx = deps.db.begin_parked(keys).await?;
    let changed: BTreeSet<MessageRef> = ingest::apply_parked_batch(&mut tx, now, keys)
        .await?
        .into_iter()
        .collect();
    let mut events = Events::default();
    tell(&mut events, &changed);
    store::outbox::push_many(&mut tx, now, events.rows()).await?;
    tx.commit().await?;
    if !changed.is_empty() {
        (deps.wake)(Committed { jobs: false });
    }
    Ok(())
}

pub(super) fn tell(events: &mut Events, changed: &BTreeSet<MessageRef>) {
    for MessageRef {
        tenant_id,
        conversation_id,
        message_id,
    } in changed
    {
        let (conversation_id, message_id) = (*conversation_id, *message_id);
        events.insert(
            *tenant_id,
            DomainEvent::MessageUpdated {
                conversation_id,
                message_id,
            },
        );
    }
}

fn is_the_providers(status: MessageStatus) -> bool {
    (MessageStatus::Accepted..=MessageStatus::Played).contains(&status)
}

fn matched(key: &StatusKey, message_id: MessageId, status: &StatusUpdate) -> MatchedStatus {
    MatchedStatus {
        tenant_id: key.0,
        message_id,
        provider_id: status.provider_id.clone(),
        progress: Progress::of(status.status, status.at),
        error: status
            .error
            .clone()
            .filter(|_| status.status == MessageStatus::Failed),
        pricing: status.pricing.clone(),
    }
}

fn fold(merged: &mut BTreeMap<(TenantId, MessageId), MatchedStatus>, next: MatchedStatus) {
    let key = (next.tenant_id, next.message_id);
    let joined = match merged.remove(&key) {
        Some(known) => known.merge(next),
        None => next,
    };
    merged.insert(key, joined);
}

fn park(parked: &mut ParkedStatuses, key: &StatusKey, status: &StatusUpdate) {
    let next = ParkedStatus {
        first: (status.at, status.error.clone()),
        pricing: status.pricing.clone(),
    };
    let key = (key.clone(), status.status);
    let joined = match parked.remove(&key) {
        Some(known) => known.merge(next),
        None => next,
    };
    parked.insert(key, joined);
}

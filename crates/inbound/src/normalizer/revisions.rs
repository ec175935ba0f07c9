//! Edits and revokes of a batch: stored first, then brought to the messages that are there.

use std::collections::BTreeSet;

use domain::ports::Fact;
use store::{
    SetTx,
    ingest::{self, MessageKey, MessageRef, NewRevision},
};

use super::{
    apply::Effects,
    log::Entry,
    messages::json,
    parsed::{Place, strip_nul},
    statuses,
};

/// Stores the batch's changes to messages; returns the messages that they are about.
pub(crate) async fn store(
    tx: &mut SetTx,
    entries: &mut [Entry<'_>],
) -> Result<BTreeSet<MessageKey>, store::Error> {
    let mut rows: Vec<(usize, NewRevision)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Place::Number(tenant, number, _) = entry.place else {
            continue;
        };
        for fact in &entry.change.facts {
            let Fact::Revision(revision) = fact else { continue };
            let content = match &revision.content {
                Some(content) => {
                    let mut preview = content.preview();
                    strip_nul(&mut preview);
                    Some((content.kind(), json(content)?, preview))
                }
                None => None,
            };
            let row = NewRevision {
                target: (tenant, number, revision.target_provider_id.clone()),
                provider_id: revision.provider_id.clone(),
                direction: revision.direction,
                content,
                at: revision.at,
            };
            rows.push((index, row));
        }
    }
    if rows.is_empty() {
        return Ok(BTreeSet::new());
    }
    rows.sort_by(|(_, a), (_, b)| (&a.target, &a.provider_id).cmp(&(&b.target, &b.provider_id)));
    let (indexes, rows): (Vec<usize>, Vec<NewRevision>) = rows.into_iter().unzip();
    let mut new: BTreeSet<MessageKey> = ingest::insert_revisions(tx, &rows).await?.into_iter().collect();
    for (index, row) in indexes.iter().zip(&rows) {
        let key = (row.target.0, row.target.1, row.provider_id.clone());
        if let Some(entry) = entries.get_mut(*index) {
            entry.count_update(new.remove(&key));
        }
    }
    Ok(rows.into_iter().map(|row| row.target).collect())
}

/// Brings these messages to their latest change.
pub(crate) async fn apply(
    tx: &mut SetTx,
    keys: BTreeSet<MessageKey>,
    effects: &mut Effects,
) -> Result<(), store::Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let keys: Vec<MessageKey> = keys.into_iter().collect();
    let changed: BTreeSet<MessageRef> = ingest::apply_revisions(tx, &keys).await?.into_iter().collect();
    statuses::tell(&mut effects.events, &changed);
    for message in changed {
        let conversation_id = message.conversation_id;
        effects.events.insert(
            message.tenant_id,
            domain::event::DomainEvent::ConversationUpdated { conversation_id },
        );
    }
    Ok(())
}

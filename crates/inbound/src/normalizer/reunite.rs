//! When an update shows whose a phone is (or was), messages that named only the phone follow.

use std::collections::BTreeMap;

use domain::{ConversationId, Ids, event::DomainEvent};
use store::{
    SetTx,
    ingest::{self, ConversationKey, Move, PhoneMessage},
};
use time::OffsetDateTime;

use super::{apply::Effects, people::People};

pub(crate) async fn apply(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    people: &People,
    effects: &mut Effects,
) -> Result<(), store::Error> {
    let (absorbed, phones) = (people.absorbed(), people.unsettled_phones());
    let mut moving: BTreeMap<domain::MessageId, (PhoneMessage, ConversationKey)> = BTreeMap::new();
    if !absorbed.is_empty() {
        for message in ingest::absorbed_messages(tx, &absorbed).await? {
            let contact = people.survivor(message.contact_id);
            moving.insert(message.id, aim(message, contact));
        }
    }
    if !phones.is_empty() {
        for (scope, message) in ingest::phone_messages(tx, &phones).await? {
            let phone = message.sender_phone.clone().unwrap_or_default();
            if let Some(holder) = people.holder_at(scope, &phone, message.thread_at) {
                moving.insert(message.id, aim(message, holder));
            }
        }
    }
    moving.retain(|_, (message, to)| message.contact_id != to.contact_id);
    if !moving.is_empty() {
        let moves = moves(tx, ids, now, &moving).await?;
        for step in &moves {
            for conversation_id in [step.from, step.to] {
                effects.events.insert(
                    step.tenant_id,
                    DomainEvent::ConversationUpdated { conversation_id },
                );
            }
        }
        ingest::move_messages(tx, &moves).await?;
    }
    if absorbed.is_empty() {
        Ok(())
    } else {
        ingest::dissolve(tx, &absorbed).await
    }
}

const fn aim(message: PhoneMessage, contact_id: domain::ContactId) -> (PhoneMessage, ConversationKey) {
    let key = ConversationKey {
        tenant_id: message.tenant_id,
        contact_id,
        channel_account_id: message.channel_account_id,
        phone_number_id: message.phone_number_id,
    };
    (message, key)
}

async fn moves(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    moving: &BTreeMap<domain::MessageId, (PhoneMessage, ConversationKey)>,
) -> Result<Vec<Move>, store::Error> {
    let mut targets: BTreeMap<ConversationKey, ConversationId> = BTreeMap::new();
    for (_, key) in moving.values() {
        targets.entry(*key).or_insert_with(|| ids.make());
    }
    let keys: Vec<_> = targets.into_iter().collect();
    let found = ingest::ensure_conversations(tx, now, &keys).await?;
    let targets: BTreeMap<ConversationKey, ConversationId> =
        keys.into_iter().map(|(key, _)| key).zip(found).collect();
    let step = |(message, key): &(PhoneMessage, ConversationKey)| {
        Some(Move {
            tenant_id: message.tenant_id,
            message_id: message.id,
            from: message.conversation_id,
            to: targets.get(key).copied()?,
            counts: message.counts,
        })
    };
    Ok(moving.values().filter_map(step).collect())
}

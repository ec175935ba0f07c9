//! Inbound messages of a batch: new ones are placed, stored and counted; known ones change nothing.

use std::collections::{BTreeMap, HashMap, HashSet, btree_map};

use domain::{
    ContactId, ConversationId, Ids, MediaId, MessageId, PhoneNumberId, TenantId,
    content::{Content, Media},
    event::DomainEvent,
    ports::{Fact, InboundMessage},
};
use store::{
    SetTx,
    ingest::{
        self, ConversationKey, ConversationTouch, MessageKey, NewInboundMessage, NewMedia, NumberPlace,
        PersonScope, SYSTEM_KIND,
    },
};
use time::OffsetDateTime;

use super::{
    apply::Effects,
    log::Entry,
    parsed::{Place, strip_nul},
    people::{self, People, Sighting},
    reunite,
};

/// Stored for media whose type the provider did not tell.
const UNKNOWN_MIME_TYPE: &str = "application/octet-stream";

/// A message that is not stored yet.
struct Fresh<'a> {
    entry: usize,
    tenant_id: TenantId,
    phone_number_id: PhoneNumberId,
    place: NumberPlace,
    message: &'a InboundMessage,
}

pub(crate) async fn apply(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    places: &HashMap<(TenantId, PhoneNumberId), NumberPlace>,
    entries: &mut [Entry<'_>],
    effects: &mut Effects,
) -> Result<(), store::Error> {
    let fresh = fresh(tx, places, entries).await?;
    if fresh.is_empty() {
        return Ok(());
    }
    let sightings: Vec<Sighting<'_>> = fresh
        .iter()
        .map(|new| Sighting {
            scope: PersonScope {
                tenant_id: new.tenant_id,
                portfolio_id: new.place.portfolio_id,
            },
            party: &new.message.from,
            at: new.message.sent_at,
        })
        .collect();
    let known = people::keys(&sightings).load(tx).await?;
    let mut people = People::new(ids.clone(), known);
    let contacts = people.place(&sightings);
    people.writes(&sightings, &contacts).store(tx, now).await?;
    let placed: Vec<(Fresh<'_>, ContactId)> = fresh
        .into_iter()
        .zip(contacts)
        .filter_map(|(new, contact)| Some((new, contact?)))
        .collect();
    let conversations = conversations(tx, ids, now, &placed).await?;
    store(tx, ids, now, &placed, &conversations, entries, effects).await?;
    reunite::apply(tx, ids, now, &people, effects).await
}

/// Messages that are stored neither before nor earlier in this batch.
async fn fresh<'a>(
    tx: &mut SetTx,
    places: &HashMap<(TenantId, PhoneNumberId), NumberPlace>,
    entries: &mut [Entry<'a>],
) -> Result<Vec<Fresh<'a>>, store::Error> {
    let mut candidates: BTreeMap<MessageKey, Fresh<'a>> = BTreeMap::new();
    for (index, entry) in entries.iter_mut().enumerate() {
        let Place::Number(tenant_id, phone_number_id) = entry.place else {
            continue;
        };
        let Some(place) = places.get(&(tenant_id, phone_number_id)).copied() else {
            continue;
        };
        let change = entry.change;
        for fact in &change.facts {
            let Fact::Message(message) = fact else { continue };
            let key = (tenant_id, phone_number_id, message.provider_id.clone());
            if message.from.is_empty() {
                entry.unplaced = true;
                continue;
            }
            match candidates.entry(key) {
                btree_map::Entry::Vacant(free) => {
                    free.insert(Fresh {
                        entry: index,
                        tenant_id,
                        phone_number_id,
                        place,
                        message,
                    });
                }
                btree_map::Entry::Occupied(_) => entry.duplicates += 1,
            }
        }
    }
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<MessageKey> = candidates.keys().cloned().collect();
    let known: HashSet<MessageKey> = ingest::known_messages(tx, &keys).await?;
    let (old, fresh): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|(key, _)| known.contains(key));
    for (_, message) in old {
        entries
            .get_mut(message.entry)
            .into_iter()
            .for_each(|entry| entry.duplicates += 1);
    }
    Ok(fresh.into_iter().map(|(_, message)| message).collect())
}

const fn conversation_key(new: &Fresh<'_>, contact_id: ContactId) -> ConversationKey {
    ConversationKey {
        tenant_id: new.tenant_id,
        contact_id,
        channel_account_id: new.place.channel_account_id,
        phone_number_id: new.phone_number_id,
    }
}

async fn conversations(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    placed: &[(Fresh<'_>, ContactId)],
) -> Result<BTreeMap<ConversationKey, ConversationId>, store::Error> {
    let mut wanted: BTreeMap<ConversationKey, ConversationId> = BTreeMap::new();
    for (new, contact) in placed {
        wanted
            .entry(conversation_key(new, *contact))
            .or_insert_with(|| ids.make());
    }
    let keys: Vec<_> = wanted.into_iter().collect();
    let found = ingest::ensure_conversations(tx, now, &keys).await?;
    Ok(keys.into_iter().map(|(key, _)| key).zip(found).collect())
}

async fn store(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    placed: &[(Fresh<'_>, ContactId)],
    conversations: &BTreeMap<ConversationKey, ConversationId>,
    entries: &mut [Entry<'_>],
    effects: &mut Effects,
) -> Result<(), store::Error> {
    let (mut messages, mut media) = (Vec::with_capacity(placed.len()), Vec::new());
    let mut touches: BTreeMap<(TenantId, ConversationId), ConversationTouch> = BTreeMap::new();
    for (new, contact) in placed {
        let Some(conversation_id) = conversations.get(&conversation_key(new, *contact)).copied() else {
            continue;
        };
        let mut content = new.message.content.clone();
        let fetch = content.media_mut().and_then(|part| new_media(ids, new, part));
        let message = row(
            ids.make(),
            new,
            conversation_id,
            &content,
            fetch.as_ref().map(|media| media.id),
        )?;
        let touch = touch(new, conversation_id, &content);
        let key = (new.tenant_id, conversation_id);
        let joined = match touches.remove(&key) {
            Some(known) => join(known, touch),
            None => touch,
        };
        touches.insert(key, joined);
        effects.events.insert(
            key.0,
            DomainEvent::MessageCreated {
                conversation_id,
                message_id: message.id,
            },
        );
        effects
            .events
            .insert(key.0, DomainEvent::ConversationUpdated { conversation_id });
        entries
            .get_mut(new.entry)
            .into_iter()
            .for_each(|entry| entry.messages += 1);
        messages.push(message);
        media.extend(fetch);
    }
    if !media.is_empty() {
        effects.jobs = true;
        ingest::insert_media(tx, now, &media).await?;
    }
    ingest::insert_messages(tx, now, &messages).await?;
    ingest::touch_conversations(tx, &touches.into_values().collect::<Vec<_>>()).await
}

/// Gives the part our id, if the provider has bytes for it.
fn new_media(ids: &Ids, new: &Fresh<'_>, part: &mut Media) -> Option<NewMedia> {
    let provider_media_id = part.provider_media_id.clone().filter(|id| !id.is_empty())?;
    let id: MediaId = ids.make();
    part.media_id = Some(id);
    let mut media = NewMedia {
        tenant_id: new.tenant_id,
        id,
        job_id: ids.uuid(),
        phone_number_id: new.phone_number_id,
        provider_media_id,
        mime_type: part
            .mime_type
            .clone()
            .unwrap_or_else(|| UNKNOWN_MIME_TYPE.to_owned()),
        filename: part.filename.clone(),
        declared_sha256: part.sha256.clone(),
    };
    strip_nul(&mut media.provider_media_id);
    strip_nul(&mut media.mime_type);
    media
        .filename
        .iter_mut()
        .chain(media.declared_sha256.iter_mut())
        .for_each(strip_nul);
    Some(media)
}

fn row(
    id: MessageId,
    new: &Fresh<'_>,
    conversation_id: ConversationId,
    content: &Content,
    media_id: Option<MediaId>,
) -> Result<NewInboundMessage, store::Error> {
    let fault = |_| store::Error::Inconsistent {
        table: "messages",
        column: "content",
    };
    let mut value = serde_json::to_value(content).map_err(fault)?;
    strip_nul_deep(&mut value);
    let from = &new.message.from;
    Ok(NewInboundMessage {
        tenant_id: new.tenant_id,
        id,
        conversation_id,
        phone_number_id: new.phone_number_id,
        provider_id: new.message.provider_id.clone(),
        kind: content.kind(),
        content: value,
        media_id,
        reply_to: new.message.reply_to.clone(),
        thread_at: new.message.sent_at,
        sender_phone: from.phone.clone().filter(|_| from.user_id.is_none()),
    })
}

fn strip_nul_deep(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => strip_nul(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip_nul_deep),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(strip_nul_deep),
        _ => {}
    }
}

fn touch(new: &Fresh<'_>, id: ConversationId, content: &Content) -> ConversationTouch {
    let counts = content.kind() != SYSTEM_KIND;
    let mut preview = content.preview();
    strip_nul(&mut preview);
    ConversationTouch {
        tenant_id: new.tenant_id,
        id,
        unread: i32::from(counts),
        last_inbound_at: counts.then_some(new.message.sent_at),
        last_message_at: new.message.sent_at,
        last_message_key: new.message.provider_id.clone(),
        preview,
        preview_kind: content.kind().to_owned(),
    }
}

fn join(a: ConversationTouch, b: ConversationTouch) -> ConversationTouch {
    let unread = a.unread + b.unread;
    let last_inbound_at = a.last_inbound_at.max(b.last_inbound_at);
    let newer = (b.last_message_at, &b.last_message_key) > (a.last_message_at, &a.last_message_key);
    ConversationTouch {
        unread,
        last_inbound_at,
        ..if newer { b } else { a }
    }
}

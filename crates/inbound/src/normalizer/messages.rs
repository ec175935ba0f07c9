//! Messages of a batch: new ones are placed, stored and counted; a better copy takes the place of a stored one; known
//! ones change nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, btree_map};

use domain::{
    ContactId, ConversationId, Ids, MediaId, MessageId, PhoneNumberId, TenantId,
    content::{Content, Direction, Media, Source},
    event::DomainEvent,
    ports::{Fact, InboundMessage},
};
use store::{
    SetTx,
    ingest::{
        self, ConversationKey, ConversationTouch, KnownMessage, MessageKey, NewInboundMessage, NewMedia,
        NumberPlace, PersonScope, REACTION_KIND, SYSTEM_KIND, StoredMessage,
    },
};
use time::OffsetDateTime;

use super::{
    apply::Effects,
    log::Entry,
    parsed::{Place, strip_nul},
    people::Sighting,
};

/// Stored for media whose type the provider did not tell.
const UNKNOWN_MIME_TYPE: &str = "application/octet-stream";

/// A message that is not stored yet, or only as a worse copy.
pub(crate) struct Fresh<'a> {
    entry: usize,
    pub(crate) tenant_id: TenantId,
    phone_number_id: PhoneNumberId,
    place: NumberPlace,
    pub(crate) message: &'a InboundMessage,
    /// The stored copy that it takes the place of.
    stored: Option<StoredMessage>,
}

impl<'a> Fresh<'a> {
    pub(crate) const fn sighting(&self) -> Sighting<'a> {
        Sighting {
            scope: PersonScope {
                tenant_id: self.tenant_id,
                portfolio_id: self.place.portfolio_id,
            },
            party: &self.message.customer,
            at: self.message.sent_at,
            before: self.message.identity.as_ref(),
        }
    }
}

/// The messages of a batch that change something, and those that were edited or taken back before they came.
#[derive(Default)]
pub(crate) struct Found<'a> {
    pub(crate) fresh: Vec<Fresh<'a>>,
    pub(crate) revised: BTreeSet<MessageKey>,
}

/// Messages that are stored neither before nor earlier in this batch, and better copies of stored ones.
pub(crate) async fn find<'a>(
    tx: &mut SetTx,
    places: &HashMap<(TenantId, PhoneNumberId), NumberPlace>,
    entries: &mut [Entry<'a>],
) -> Result<Found<'a>, store::Error> {
    let candidates = candidates(places, entries);
    if candidates.is_empty() {
        return Ok(Found::default());
    }
    let keys: Vec<MessageKey> = candidates.keys().cloned().collect();
    let known: HashMap<MessageKey, KnownMessage> = ingest::known_messages(tx, &keys).await?;
    let mut found = Found::default();
    for (key, mut fresh) in candidates {
        let known = known.get(&key);
        fresh.stored = known.and_then(|known| known.stored);
        let better = fresh
            .stored
            .is_none_or(|stored| (fresh.message.source as i16) < stored.source);
        if !better {
            entries
                .get_mut(fresh.entry)
                .into_iter()
                .for_each(|entry| entry.duplicates += 1);
            continue;
        }
        if known.is_some_and(|known| known.revised) {
            found.revised.insert(key);
        }
        found.fresh.push(fresh);
    }
    Ok(found)
}

/// Each message of the batch once, in its best copy.
fn candidates<'a>(
    places: &HashMap<(TenantId, PhoneNumberId), NumberPlace>,
    entries: &mut [Entry<'a>],
) -> BTreeMap<MessageKey, Fresh<'a>> {
    let mut candidates: BTreeMap<MessageKey, Fresh<'a>> = BTreeMap::new();
    for (index, entry) in entries.iter_mut().enumerate() {
        let Place::Number(tenant_id, phone_number_id, _) = entry.place else {
            continue;
        };
        let Some(place) = places.get(&(tenant_id, phone_number_id)).copied() else {
            continue;
        };
        let change = entry.change;
        for fact in &change.facts {
            let Fact::Message(message) = fact else { continue };
            let key = (tenant_id, phone_number_id, message.provider_id.clone());
            if message.customer.is_empty() {
                entry.unplaced = true;
                continue;
            }
            let fresh = Fresh {
                entry: index,
                tenant_id,
                phone_number_id,
                place,
                message,
                stored: None,
            };
            match candidates.entry(key) {
                btree_map::Entry::Vacant(free) => drop(free.insert(fresh)),
                btree_map::Entry::Occupied(mut known) => {
                    entry.duplicates += 1;
                    if message.source < known.get().message.source {
                        known.insert(fresh);
                    }
                }
            }
        }
    }
    candidates
}

const fn conversation_key(new: &Fresh<'_>, contact_id: ContactId) -> ConversationKey {
    ConversationKey {
        tenant_id: new.tenant_id,
        contact_id,
        channel_account_id: new.place.channel_account_id,
        phone_number_id: new.phone_number_id,
    }
}

/// The conversations of placed messages, made where there is none; a better copy stays where the stored one is.
async fn conversations(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    placed: &[(Fresh<'_>, ContactId)],
) -> Result<BTreeMap<ConversationKey, ConversationId>, store::Error> {
    let mut wanted: BTreeMap<ConversationKey, ConversationId> = BTreeMap::new();
    for (new, contact) in placed.iter().filter(|(new, _)| new.stored.is_none()) {
        wanted
            .entry(conversation_key(new, *contact))
            .or_insert_with(|| ids.make());
    }
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let keys: Vec<_> = wanted.into_iter().collect();
    let found = ingest::ensure_conversations(tx, now, &keys).await?;
    Ok(keys.into_iter().map(|(key, _)| key).zip(found).collect())
}

/// What a batch of messages writes.
#[derive(Default)]
struct Writes {
    new: Vec<NewInboundMessage>,
    better: Vec<NewInboundMessage>,
    media: Vec<NewMedia>,
    touches: BTreeMap<(TenantId, ConversationId), ConversationTouch>,
    /// Conversations of customers who came from an ad.
    referred: BTreeSet<(TenantId, ConversationId)>,
}

pub(crate) async fn store(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    placed: &[(Fresh<'_>, ContactId)],
    entries: &mut [Entry<'_>],
    effects: &mut Effects,
) -> Result<(), store::Error> {
    let conversations = conversations(tx, ids, now, placed).await?;
    let mut writes = Writes::default();
    for (new, contact) in placed {
        let place = match new.stored {
            Some(stored) => Some(stored.conversation_id),
            None => conversations.get(&conversation_key(new, *contact)).copied(),
        };
        let Some(conversation_id) = place else { continue };
        add(&mut writes, ids, new, conversation_id, effects)?;
        entries
            .get_mut(new.entry)
            .into_iter()
            .for_each(|entry| entry.messages += 1);
    }
    if !writes.media.is_empty() {
        effects.jobs = true;
        ingest::insert_media(tx, now, &writes.media).await?;
    }
    if !writes.new.is_empty() {
        ingest::insert_messages(tx, now, &writes.new).await?;
    }
    if !writes.better.is_empty() {
        ingest::promote_messages(tx, &writes.better).await?;
    }
    if !writes.touches.is_empty() {
        ingest::touch_conversations(tx, &writes.touches.into_values().collect::<Vec<_>>()).await?;
    }
    if writes.referred.is_empty() {
        return Ok(());
    }
    ingest::refresh_free_entry(tx, &writes.referred).await
}

fn add(
    writes: &mut Writes,
    ids: &Ids,
    new: &Fresh<'_>,
    conversation_id: ConversationId,
    effects: &mut Effects,
) -> Result<(), store::Error> {
    let key = (new.tenant_id, conversation_id);
    let mut content = new.message.content.clone();
    let fetch = content.media_mut().and_then(|part| new_media(ids, new, part));
    let media_id = fetch.as_ref().map(|media| media.id);
    let message_id = new.stored.map_or_else(|| ids.make(), |stored| stored.id);
    let message = row(message_id, new, conversation_id, &content, media_id)?;
    let touch = touch(new, conversation_id, &content);
    let joined = match writes.touches.remove(&key) {
        Some(known) => join(known, touch),
        None => touch,
    };
    writes.touches.insert(key, joined);
    writes.media.extend(fetch);
    if message.referral.is_some() {
        writes.referred.insert(key);
    }
    if message.direction == Direction::Outbound {
        // Its statuses may have come before it.
        let status_key = (new.tenant_id, new.phone_number_id, message.provider_id.clone());
        effects.parked.insert(status_key);
    }
    let event = if new.stored.is_some() {
        writes.better.push(message);
        DomainEvent::MessageUpdated {
            conversation_id,
            message_id,
        }
    } else {
        writes.new.push(message);
        DomainEvent::MessageCreated {
            conversation_id,
            message_id,
        }
    };
    effects.events.insert(key.0, event);
    effects
        .events
        .insert(key.0, DomainEvent::ConversationUpdated { conversation_id });
    Ok(())
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
    let message = new.message;
    let from = &message.customer;
    Ok(NewInboundMessage {
        tenant_id: new.tenant_id,
        id,
        conversation_id,
        phone_number_id: new.phone_number_id,
        provider_id: message.provider_id.clone(),
        kind: content.kind(),
        content: json(content)?,
        media_id,
        reply_to: message.reply_to.clone(),
        thread_at: message.sent_at,
        sender_phone: from.phone.clone().filter(|_| from.user_id.is_none()),
        source: message.source,
        direction: message.direction,
        status: message.status,
        referral: message.referral.as_ref().map(json).transpose()?,
        forwarded: message.forwarded,
    })
}

/// JSON as the database takes it.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<serde_json::Value, store::Error> {
    let mut value = serde_json::to_value(value).map_err(|_| store::Error::Inconsistent {
        table: "messages",
        column: "content",
    })?;
    strip_nul_deep(&mut value);
    Ok(value)
}

fn strip_nul_deep(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => strip_nul(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip_nul_deep),
        serde_json::Value::Object(fields) => {
            let cleaned = std::mem::take(fields).into_iter().map(|(mut key, mut value)| {
                strip_nul(&mut key);
                strip_nul_deep(&mut value);
                (key, value)
            });
            *fields = cleaned.collect();
        }
        _ => {}
    }
}

fn touch(new: &Fresh<'_>, id: ConversationId, content: &Content) -> ConversationTouch {
    let message = new.message;
    let live = message.source == Source::Live && message.direction == Direction::Inbound;
    let opens = live && content.kind() != SYSTEM_KIND;
    let mut preview = content.preview();
    strip_nul(&mut preview);
    ConversationTouch {
        tenant_id: new.tenant_id,
        id,
        unread: i32::from(opens && content.kind() != REACTION_KIND),
        last_inbound_at: opens.then_some(message.sent_at),
        last_message_at: message.sent_at,
        last_message_key: message.provider_id.clone(),
        preview,
        preview_kind: content.kind().to_owned(),
        preview_direction: message.direction,
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

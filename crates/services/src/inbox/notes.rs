//! Internal notes, and the list of what people did in a conversation. A note is never a message, so nothing sends it.

use domain::{
    ConversationEventId, ConversationId, Error, Result, conversation::ConversationEventKind,
    event::DomainEvent, permission::Permission,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    TenantScope, audit,
    conversations::{self, EventRow, NewEvent},
    idempotency::{self, Claim},
    outbox,
    page::{Page, PageRequest},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Author, AuthorKind, PersonRef};
use crate::{
    messaging::{check_key, key_reused},
    tenant::TenantServices,
};

/// Scope of idempotency keys of notes.
const IDEMPOTENCY_SCOPE: &str = "notes.add";
/// Characters of a note.
const NOTE_MAX: usize = 4096;

/// Something people did in a conversation beside writing to the customer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConversationEventView {
    /// The event.
    pub id: ConversationEventId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// What was done.
    pub kind: ConversationEventKind,
    /// The note's text; null for other kinds.
    pub body: Option<String>,
    /// Whom the conversation was given to; null for other kinds, and when they left the tenant.
    pub assignee: Option<PersonRef>,
    /// Who did it; null when they left the tenant.
    pub author: Option<Author>,
    /// When, in whole seconds: it stands in the thread by this time.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl From<EventRow> for ConversationEventView {
    fn from(row: EventRow) -> Self {
        let user = row.actor_user.map(|name| Author {
            kind: AuthorKind::User,
            name,
        });
        let key = row.actor_api_key.map(|name| Author {
            kind: AuthorKind::ApiKey,
            name,
        });
        Self {
            id: row.id,
            conversation_id: row.conversation_id,
            kind: row.kind,
            body: row.body,
            assignee: row.assignee.map(PersonRef::from),
            author: user.or(key),
            at: row.at,
        }
    }
}

/// A note to write.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// 1 to 4,096 characters, for the tenant's people only.
    pub body: String,
}

/// What a note ended as.
#[derive(Debug)]
pub enum Noted {
    /// Written now.
    New(Box<ConversationEventView>),
    /// Written before under the same key: the same answer, as JSON text.
    Replayed(String),
}

impl TenantServices {
    /// A page of what people did in a conversation, newest first.
    pub async fn conversation_events(
        &self,
        scope: &TenantScope,
        id: ConversationId,
        page: &PageRequest,
    ) -> Result<Page<ConversationEventView>> {
        scope.require(Permission::ConversationsRead)?;
        let mut tx = self.db.begin(scope).await?;
        let id = conversations::get(&mut tx, id).await?.id;
        Ok(conversations::events(&mut tx, id, page)
            .await?
            .map(ConversationEventView::from))
    }

    /// Writes an internal note, once per key.
    pub async fn add_note(
        &self,
        scope: &TenantScope,
        key: &str,
        id: ConversationId,
        note: &NewNote,
    ) -> Result<Noted> {
        scope.require(Permission::NotesWrite)?;
        check_key(key)?;
        let body = note.body.trim();
        if body.is_empty() || body.chars().count() > NOTE_MAX || body.contains('\0') {
            return Err(Error::invalid("body", "Write 1 to 4,096 characters."));
        }
        let now = self.clock.now();
        let asked = serde_json::to_vec(&(id, note)).map_err(Error::internal)?;
        let mut tx = self.db.begin(scope).await?;
        match idempotency::claim(&mut tx, IDEMPOTENCY_SCOPE, key, &Sha256::digest(asked), now).await? {
            Claim::New => {}
            Claim::Replay(answer) => return Ok(Noted::Replayed(answer)),
            Claim::Reused => return Err(key_reused()),
        }
        let conversation_id = conversations::get(&mut tx, id).await?.id;
        let event = NewEvent {
            id: self.ids.make(),
            conversation_id,
            kind: ConversationEventKind::Note,
            body: Some(body),
            assignee: None,
            actor: scope.actor(),
            at: now,
        };
        conversations::add_event(&mut tx, &event).await?;
        let details = json!({ "event_id": event.id });
        audit::append(&mut tx, scope, &self.audit("note.add", conversation_id, details)).await?;
        let told = DomainEvent::ConversationEventCreated {
            conversation_id,
            event_id: event.id,
        };
        outbox::push(&mut tx, now, &[told]).await?;
        let view: ConversationEventView = conversations::event(&mut tx, event.id).await?.into();
        let answer = serde_json::to_string(&view).map_err(Error::internal)?;
        idempotency::complete(&mut tx, IDEMPOTENCY_SCOPE, key, &answer).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(Noted::New(Box::new(view)))
    }
}

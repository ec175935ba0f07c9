//! What people did in a conversation beside writing to the customer: notes, and how it was worked on.

use domain::{ApiKeyId, ConversationEventId, ConversationId, UserId, conversation::ConversationEventKind};
use time::OffsetDateTime;
use uuid::Uuid;

use super::PersonRow;
use crate::{
    error::{Error, Result},
    page::{Page, PageRequest, TimeKey},
    scope::Actor,
    tx::TenantTx,
};

/// A note or an act.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// The event.
    pub id: ConversationEventId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// What was done.
    pub kind: ConversationEventKind,
    /// The note's text.
    pub body: Option<String>,
    /// Whom the conversation was given to, while they belong to the tenant.
    pub assignee: Option<PersonRow>,
    /// Name of the person who did it, while they belong to the tenant.
    pub actor_user: Option<String>,
    /// Name of the key that did it.
    pub actor_api_key: Option<String>,
    /// When, in whole seconds as in the thread.
    pub at: OffsetDateTime,
}

/// A note or an act to store.
#[derive(Debug)]
pub struct NewEvent<'a> {
    /// The event.
    pub id: ConversationEventId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// What was done.
    pub kind: ConversationEventKind,
    /// The note's text.
    pub body: Option<&'a str>,
    /// Whom the conversation was given to.
    pub assignee: Option<UserId>,
    /// Who did it.
    pub actor: &'a Actor,
    /// When.
    pub at: OffsetDateTime,
}

/// Stores a note or an act.
pub async fn add(tx: &mut TenantTx, event: &NewEvent<'_>) -> Result<()> {
    let (user, key): (Option<UserId>, Option<ApiKeyId>) = match event.actor {
        Actor::User { user_id, .. } => (Some(*user_id), None),
        Actor::ApiKey(key) => (None, Some(*key)),
        Actor::Worker(_) => (None, None),
    };
    let kind: &str = event.kind.into();
    sqlx::query!(
        "insert into conversation_events
           (tenant_id, id, conversation_id, kind, body, assignee_user_id, actor_user_id, actor_api_key_id, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, date_trunc('second', $9::timestamptz))",
        tx.tenant_id().uuid(),
        event.id.uuid(),
        event.conversation_id.uuid(),
        kind,
        event.body,
        event.assignee.map(UserId::uuid),
        user.map(UserId::uuid),
        key.map(ApiKeyId::uuid),
        event.at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A page of what was done in a conversation, newest first.
pub async fn page(
    tx: &mut TenantTx,
    conversation: ConversationId,
    request: &PageRequest,
) -> Result<Page<EventRow>> {
    let fetch = request.fetch();
    let (at, id) = request.time_key()?;
    let ids = sqlx::query_scalar!(
        "select id
         from conversation_events
         where tenant_id = $1
           and conversation_id = $2
           and (at, id) < (coalesce($3, 'infinity'::timestamptz), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
         order by at desc, id desc
         limit $5",
        tx.tenant_id().uuid(),
        conversation.uuid(),
        at,
        id,
        fetch,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = load(tx, &ids).await?;
    Ok(Page::cut(rows, fetch, |row| TimeKey::new(row.at, row.id.uuid())))
}

/// One note or act.
pub async fn get(tx: &mut TenantTx, id: ConversationEventId) -> Result<EventRow> {
    load(tx, &[id.uuid()]).await?.pop().ok_or(Error::NotFound)
}

async fn load(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<EventRow>> {
    let rows = sqlx::query!(
        r#"select e.id, e.conversation_id, e.kind, e.body, e.at, e.assignee_user_id, g.name as "assignee?",
             u.name as "actor_user?", k.name as "actor_api_key?"
           from conversation_events e
           left join users g on g.id = e.assignee_user_id
           left join users u on u.id = e.actor_user_id
           left join api_keys k on k.tenant_id = e.tenant_id and k.id = e.actor_api_key_id
           where e.tenant_id = $1
             and e.id = any($2)
           order by e.at desc, e.id desc"#,
        tx.tenant_id().uuid(),
        ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows.into_iter().map(|row| {
        Ok(EventRow {
            id: ConversationEventId::new(row.id),
            conversation_id: ConversationId::new(row.conversation_id),
            kind: row.kind.parse().map_err(|_| Error::Inconsistent {
                table: "conversation_events",
                column: "kind",
            })?,
            body: row.body,
            assignee: row
                .assignee_user_id
                .zip(row.assignee)
                .map(|(id, name)| PersonRow {
                    id: UserId::new(id),
                    name,
                }),
            actor_user: row.actor_user,
            actor_api_key: row.actor_api_key,
            at: row.at,
        })
    });
    rows.collect()
}

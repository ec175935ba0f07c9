//! Messages of a thread, and the transaction that queues an outbound one.

mod ledger;

use domain::{
    ApiKeyId, ConversationId, MediaId, MessageId, PhoneNumberId, SendAttemptId, UserId,
    content::{Content, Direction, Forwarded, Referral, Source},
    decision::Decision,
    status::MessageStatus,
};
use time::OffsetDateTime;
use uuid::Uuid;

pub use ledger::{AttemptRow, Cancel, attempts, cancel};

use crate::{
    error::{Error, Result},
    page::{Page, PageRequest, TimeKey},
    scope::Actor,
    tx::TenantTx,
};

/// A message as the thread shows it.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// The message.
    pub id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Its number.
    pub phone_number_id: PhoneNumberId,
    /// Its direction.
    pub direction: Direction,
    /// What it holds.
    pub content: Content,
    /// The provider's id, once known.
    pub provider_id: Option<String>,
    /// Provider id of the message that is answered.
    pub reply_to: Option<String>,
    /// Our id of the message that is answered, if we have it.
    pub reply_to_id: Option<MessageId>,
    /// Where it stands.
    pub status: MessageStatus,
    /// Orders the thread, together with the id: provider time inbound, ours outbound, both in whole seconds.
    pub thread_at: OffsetDateTime,
    /// When we stored it.
    pub created_at: OffsetDateTime,
    /// The provider took it.
    pub accepted_at: Option<OffsetDateTime>,
    /// Left the provider.
    pub sent_at: Option<OffsetDateTime>,
    /// On the device.
    pub delivered_at: Option<OffsetDateTime>,
    /// Displayed.
    pub read_at: Option<OffsetDateTime>,
    /// Failed.
    pub failed_at: Option<OffsetDateTime>,
    /// The provider's code.
    pub error_code: Option<i64>,
    /// The provider's words.
    pub error_message: Option<String>,
    /// Why it was let through.
    pub decision: Option<Decision>,
    /// Name of the person who wrote it.
    pub author_user: Option<String>,
    /// Name of the key that wrote it.
    pub author_api_key: Option<String>,
    /// Reactions to it: emoji and direction, newest of each side.
    pub reactions: Vec<(String, Direction)>,
    /// How it reached us.
    pub source: Source,
    /// The ad or post that the customer came from.
    pub referral: Option<Referral>,
    /// How often it was passed on.
    pub forwarded: Option<Forwarded>,
    /// When its sender changed it last.
    pub edited_at: Option<OffsetDateTime>,
}

struct Row {
    id: Uuid,
    conversation_id: Uuid,
    phone_number_id: Uuid,
    direction: i16,
    content: serde_json::Value,
    media_id: Option<Uuid>,
    provider_id: Option<String>,
    reply_to: Option<String>,
    reply_to_id: Option<Uuid>,
    status: i16,
    thread_at: OffsetDateTime,
    created_at: OffsetDateTime,
    accepted_at: Option<OffsetDateTime>,
    sent_at: Option<OffsetDateTime>,
    delivered_at: Option<OffsetDateTime>,
    read_at: Option<OffsetDateTime>,
    failed_at: Option<OffsetDateTime>,
    error_code: Option<i64>,
    error_message: Option<String>,
    decision: Option<serde_json::Value>,
    author_user: Option<String>,
    author_api_key: Option<String>,
    reactions: Option<serde_json::Value>,
    source: i16,
    referral: Option<serde_json::Value>,
    forwarded: Option<i16>,
    edited_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
}

const fn bad(column: &'static str) -> Error {
    Error::Inconsistent {
        table: "messages",
        column,
    }
}

impl TryFrom<Row> for MessageRow {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let mut content: Content = serde_json::from_value(row.content).map_err(|_| bad("content"))?;
        if let (Some(media), Some(id)) = (content.media_mut(), row.media_id) {
            media.media_id = Some(MediaId::new(id));
        }
        if row.revoked_at.is_some() {
            content = Content::Revoked;
        }
        let reactions: Vec<(String, i16)> = row
            .reactions
            .map(serde_json::from_value)
            .transpose()
            .map_err(|_| bad("content"))?
            .unwrap_or_default();
        Ok(Self {
            id: MessageId::new(row.id),
            conversation_id: ConversationId::new(row.conversation_id),
            phone_number_id: PhoneNumberId::new(row.phone_number_id),
            direction: Direction::from_code(row.direction).ok_or(bad("direction"))?,
            content,
            provider_id: row.provider_id,
            reply_to: row.reply_to,
            reply_to_id: row.reply_to_id.map(MessageId::new),
            status: MessageStatus::from_rank(row.status).ok_or(bad("status"))?,
            thread_at: row.thread_at,
            created_at: row.created_at,
            accepted_at: row.accepted_at,
            sent_at: row.sent_at,
            delivered_at: row.delivered_at,
            read_at: row.read_at,
            failed_at: row.failed_at,
            error_code: row.error_code,
            error_message: row.error_message,
            decision: row
                .decision
                .map(serde_json::from_value)
                .transpose()
                .map_err(|_| bad("decision"))?,
            author_user: row.author_user,
            author_api_key: row.author_api_key,
            reactions: reactions
                .into_iter()
                .filter_map(|(emoji, way)| Some((emoji, Direction::from_code(way)?)))
                .collect(),
            source: Source::from_code(row.source).ok_or(bad("source"))?,
            referral: row
                .referral
                .map(serde_json::from_value)
                .transpose()
                .map_err(|_| bad("referral"))?,
            forwarded: row.forwarded.and_then(Forwarded::from_code),
            edited_at: row.edited_at,
        })
    }
}

/// A page of a thread, newest first.
pub async fn page(
    tx: &mut TenantTx,
    conversation: ConversationId,
    request: &PageRequest,
) -> Result<Page<MessageRow>> {
    let fetch = request.fetch();
    let (at, id) = request.time_key()?;
    let tenant = tx.tenant_id().uuid();
    let ids = sqlx::query_scalar!(
        "select id from messages
         where tenant_id = $1 and conversation_id = $2
           and (thread_at, id) < (coalesce($3, 'infinity'::timestamptz), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
         order by thread_at desc, id desc
         limit $5",
        tenant,
        conversation.uuid(),
        at,
        id,
        fetch,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = load(tx, &ids).await?;
    Ok(Page::cut(rows, fetch, |row| {
        TimeKey::new(row.thread_at, row.id.uuid())
    }))
}

/// One message.
pub async fn get(tx: &mut TenantTx, id: MessageId) -> Result<MessageRow> {
    load(tx, &[id.uuid()]).await?.pop().ok_or(Error::NotFound)
}

async fn load(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<MessageRow>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query_as!(
        Row,
        r#"select m.id, m.conversation_id, m.phone_number_id, m.direction, m.content, m.media_id, m.provider_id, m.reply_to,
             q.id as "reply_to_id?", m.status, m.thread_at, m.created_at, m.accepted_at, m.sent_at, m.delivered_at, m.read_at,
             m.failed_at, m.error_code, m.error_message, m.decision, u.name as "author_user?", k.name as "author_api_key?",
             case when m.provider_id is null then null else (
               select jsonb_agg(jsonb_build_array(r.emoji, r.direction)) from (
                 select distinct on (direction) content ->> 'emoji' as emoji, direction
                 from messages
                 where tenant_id = $1 and conversation_id = m.conversation_id and kind = 'reaction'
                   and content ->> 'target_provider_id' = m.provider_id
                 order by direction, thread_at desc, provider_id desc) r
               where r.emoji is not null) end as reactions,
             m.source, m.referral, m.forwarded, m.edited_at, m.revoked_at
           from messages m
           left join messages q on q.tenant_id = m.tenant_id and q.phone_number_id = m.phone_number_id and q.provider_id = m.reply_to
           left join users u on u.id = m.author_user_id
           left join api_keys k on k.tenant_id = m.tenant_id and k.id = m.author_api_key_id
           where m.tenant_id = $1 and m.id = any($2)
           order by m.thread_at desc, m.id desc"#,
        tenant,
        ids,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(MessageRow::try_from).collect()
}

/// Priority classes of the ledger; the number is stored, lower goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum Priority {
    /// Answer in a conversation.
    Reply = 0,
    /// Through the API, outside a conversation that a person works in.
    Transactional = 1,
}

/// An outbound message to queue.
#[derive(Debug)]
pub struct NewOutbound<'a> {
    /// The message.
    pub id: MessageId,
    /// Its first ledger row.
    pub attempt_id: SendAttemptId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Its lane.
    pub phone_number_id: PhoneNumberId,
    /// What it holds.
    pub content: &'a Content,
    /// Media that it carries.
    pub media_id: Option<MediaId>,
    /// Provider id of the message that is answered.
    pub reply_to: Option<String>,
    /// Why it was let through.
    pub decision: &'a Decision,
    /// Who wrote it.
    pub author: &'a Actor,
    /// Its class.
    pub priority: Priority,
    /// When.
    pub now: OffsetDateTime,
    /// Not to be called before; in the past for at once.
    pub not_before: OffsetDateTime,
}

/// Stores a queued message and its ledger row: planned, or scheduled when it may not go yet.
pub async fn queue(tx: &mut TenantTx, message: &NewOutbound<'_>) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    let content = serde_json::to_value(message.content).map_err(|_| bad("content"))?;
    let decision = serde_json::to_value(message.decision).map_err(|_| bad("decision"))?;
    let (user, key): (Option<UserId>, Option<ApiKeyId>) = match message.author {
        Actor::User { user_id, .. } => (Some(*user_id), None),
        Actor::ApiKey(key) => (None, Some(*key)),
        Actor::Worker(_) => (None, None),
    };
    sqlx::query!(
        "insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, media_id, reply_to, status,
           thread_at, created_at, decision, author_user_id, author_api_key_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, date_trunc('second', $11::timestamptz), $11, $12, $13, $14)",
        tenant,
        message.id.uuid(),
        message.conversation_id.uuid(),
        message.phone_number_id.uuid(),
        Direction::Outbound as i16,
        message.content.kind(),
        content,
        message.media_id.map(MediaId::uuid),
        message.reply_to,
        MessageStatus::Queued.rank(),
        message.now,
        decision,
        user.map(UserId::uuid),
        key.map(ApiKeyId::uuid),
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into send_attempts
           (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at, wait)
         values
           ($1, $2, $3, $4, 1, $5, case when $7::timestamptz > $6::timestamptz then 9 else 0 end, greatest($6, $7), $6,
            case when $7 > $6 then 'scheduled' end)",
        tenant,
        message.attempt_id.uuid(),
        message.id.uuid(),
        message.phone_number_id.uuid(),
        message.priority as i16,
        message.now,
        message.not_before,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Provider id of a message in a conversation, for a reply to it.
pub async fn provider_id_of(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<String>> {
    let tenant = tx.tenant_id().uuid();
    Ok(sqlx::query_scalar!(
        "select provider_id from messages where tenant_id = $1 and id = $2 and conversation_id = $3",
        tenant,
        message.uuid(),
        conversation.uuid(),
    )
    .fetch_one(tx.conn())
    .await?)
}

/// The newest inbound message of a conversation: what a read receipt names.
pub async fn newest_inbound(tx: &mut TenantTx, conversation: ConversationId) -> Result<Option<MessageId>> {
    let tenant = tx.tenant_id().uuid();
    let id = sqlx::query_scalar!(
        "select id from messages
         where tenant_id = $1 and conversation_id = $2 and direction = 1
         order by thread_at desc, id desc
         limit 1",
        tenant,
        conversation.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(MessageId::new))
}

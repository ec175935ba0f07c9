//! Inbound messages with their conversations, media and jobs: one statement per kind and batch.

use std::collections::HashMap;

use domain::{
    ChannelAccountId, ContactId, ConversationId, MediaId, MessageId, PhoneNumberId, TenantId,
    content::{Direction, Forwarded, Source},
    status::MessageStatus,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    tx::SetTx,
};

/// Kind of a message that a customer did not write: it neither counts as unread nor opens the window.
pub const SYSTEM_KIND: &str = "system";
/// Kind of a reaction: it belongs to another message, so nobody has to read it; it opens the window.
pub const REACTION_KIND: &str = "reaction";

/// What makes a provider's message the same message.
pub type MessageKey = (TenantId, PhoneNumberId, String);

/// Contact × channel account, with the number that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationKey {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The customer.
    pub contact_id: ContactId,
    /// The channel account.
    pub channel_account_id: ChannelAccountId,
    /// Its number.
    pub phone_number_id: PhoneNumberId,
}

/// What new messages do to a conversation.
#[derive(Debug, Clone)]
pub struct ConversationTouch {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The conversation.
    pub id: ConversationId,
    /// Messages that nobody has read.
    pub unread: i32,
    /// When the customer last wrote; opens the window.
    pub last_inbound_at: Option<OffsetDateTime>,
    /// Provider time of the newest message.
    pub last_message_at: OffsetDateTime,
    /// Provider id of the newest message: breaks ties of equal seconds.
    pub last_message_key: String,
    /// One line of it.
    pub preview: String,
    /// Its kind.
    pub preview_kind: String,
    /// Its direction.
    pub preview_direction: Direction,
}

/// Media that waits to be fetched.
#[derive(Debug, Clone)]
pub struct NewMedia {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its id.
    pub id: MediaId,
    /// Id of the job that fetches it.
    pub job_id: Uuid,
    /// The number it came through.
    pub phone_number_id: PhoneNumberId,
    /// The provider's media id.
    pub provider_media_id: String,
    /// MIME type as declared.
    pub mime_type: String,
    /// File name, documents only.
    pub filename: Option<String>,
    /// SHA-256 as declared.
    pub declared_sha256: Option<String>,
}

/// A message that was not known.
#[derive(Debug, Clone)]
pub struct NewInboundMessage {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its id.
    pub id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The number it came through.
    pub phone_number_id: PhoneNumberId,
    /// The provider's id.
    pub provider_id: String,
    /// Kind of its content.
    pub kind: &'static str,
    /// Its content, with our media id.
    pub content: serde_json::Value,
    /// Its media.
    pub media_id: Option<MediaId>,
    /// Provider id of the message that is answered.
    pub reply_to: Option<String>,
    /// Provider time.
    pub thread_at: OffsetDateTime,
    /// The customer's phone when no user id was named.
    pub sender_phone: Option<String>,
    /// How it reached us.
    pub source: Source,
    /// Which way it went.
    pub direction: Direction,
    /// Where it stands.
    pub status: MessageStatus,
    /// The ad or post that the customer came from.
    pub referral: Option<serde_json::Value>,
    /// How often it was passed on.
    pub forwarded: Option<Forwarded>,
}

/// What is known of a message that a batch names.
#[derive(Debug, Clone, Copy)]
pub struct KnownMessage {
    /// The message, its conversation and how it reached us, if it is stored.
    pub stored: Option<StoredMessage>,
    /// True when changes to it came before.
    pub revised: bool,
}

/// A message that is stored.
#[derive(Debug, Clone, Copy)]
pub struct StoredMessage {
    /// Its id.
    pub id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// How it reached us.
    pub source: i16,
}

/// What is known of these messages; one that is neither stored nor revised is missing.
pub async fn known_messages(
    tx: &mut SetTx,
    keys: &[MessageKey],
) -> Result<HashMap<MessageKey, KnownMessage>> {
    let rows = sqlx::query!(
        r#"select
             u.tenant_id as "tenant_id!",
             u.phone_number_id as "phone_number_id!",
             u.provider_id as "provider_id!",
             m.id as "id?",
             m.conversation_id as "conversation_id?",
             m.source as "source?",
             r.revised as "revised!"
           from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (tenant_id, phone_number_id, provider_id)
           left join messages m
             on m.tenant_id = u.tenant_id
            and m.phone_number_id = u.phone_number_id
            and m.provider_id = u.provider_id
           cross join lateral (
             select exists (
               select from message_revisions v
               where v.tenant_id = u.tenant_id
                 and v.phone_number_id = u.phone_number_id
                 and v.target_provider_id = u.provider_id) as revised) as r
           where m.id is not null or r.revised"#,
        &keys.iter().map(|key| key.0.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.1.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.2.clone()).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    let known = rows.into_iter().map(|row| {
        let key = (
            TenantId::new(row.tenant_id),
            PhoneNumberId::new(row.phone_number_id),
            row.provider_id,
        );
        let stored = match (row.id, row.conversation_id, row.source) {
            (Some(id), Some(conversation_id), Some(source)) => Some(StoredMessage {
                id: MessageId::new(id),
                conversation_id: ConversationId::new(conversation_id),
                source,
            }),
            _ => None,
        };
        let revised = row.revised;
        (key, KnownMessage { stored, revised })
    });
    Ok(known.collect())
}

/// Finds or makes the conversations of `keys` (each key once), in their order. A made one is empty and older than any
/// message until it is touched.
pub async fn ensure_conversations(
    tx: &mut SetTx,
    now: OffsetDateTime,
    keys: &[(ConversationKey, ConversationId)],
) -> Result<Vec<ConversationId>> {
    let rows = sqlx::query!(
        r#"with wanted as materialized (
             select u.*, c.id as known
             from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[])
               with ordinality as u (tenant_id, id, contact_id, channel_account_id, phone_number_id, n)
             left join conversations c
               on c.tenant_id = u.tenant_id
              and c.contact_id = u.contact_id
              and c.channel_account_id = u.channel_account_id),
           made as (
             insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, created_at)
             select w.tenant_id, w.id, w.contact_id, w.channel_account_id, w.phone_number_id, '-infinity', $6
             from wanted w
             where w.known is null
             order by w.tenant_id, w.id)
           select w.n as "n!", coalesce(w.known, w.id) as "id!"
           from wanted w
           order by w.n"#,
        &keys.iter().map(|(key, _)| key.tenant_id.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|(_, id)| id.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|(key, _)| key.contact_id.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|(key, _)| key.channel_account_id.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|(key, _)| key.phone_number_id.uuid()).collect::<Vec<_>>(),
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| ConversationId::new(row.id)).collect())
}

/// Stores media rows and the jobs that fetch them.
pub async fn insert_media(tx: &mut SetTx, now: OffsetDateTime, rows: &[NewMedia]) -> Result<()> {
    let tenants: Vec<Uuid> = rows.iter().map(|row| row.tenant_id.uuid()).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.uuid()).collect();
    sqlx::query!(
        "insert into media (
           tenant_id, id, phone_number_id, direction, state, provider_media_id, mime_type, filename, declared_sha256, created_at)
         select
           u.tenant_id, u.id, u.phone_number_id, $8, 0, u.provider_media_id, u.mime_type, u.filename, u.declared_sha256, $9
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
           as u (tenant_id, id, phone_number_id, provider_media_id, mime_type, filename, declared_sha256)",
        &tenants,
        &ids,
        &rows.iter().map(|row| row.phone_number_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.provider_media_id.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.mime_type.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.filename.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.declared_sha256.clone()).collect::<Vec<_>>() as _,
        Direction::Inbound as i16,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into jobs (tenant_id, id, kind, subject_id, run_at)
         select u.tenant_id, u.id, 'fetch_media', u.subject_id, $4
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, id, subject_id)",
        &tenants,
        &rows.iter().map(|row| row.job_id).collect::<Vec<_>>(),
        &ids,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Stores messages; every one must be new, or the whole batch fails and is read again.
pub async fn insert_messages(tx: &mut SetTx, now: OffsetDateTime, rows: &[NewInboundMessage]) -> Result<()> {
    let stored = sqlx::query!(
        "insert into messages (
           tenant_id, id, conversation_id, phone_number_id, direction, kind, content, media_id, provider_id, reply_to,
           status, thread_at, created_at, sender_phone, source, referral, forwarded, sent_at)
         select
           u.tenant_id, u.id, u.conversation_id, u.phone_number_id, u.direction, u.kind, u.content, u.media_id, u.provider_id, u.reply_to,
           u.status, u.thread_at, $17, u.sender_phone, u.source, u.referral, u.forwarded,
           case when u.direction = $18 then u.thread_at end
         from unnest(
           $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::jsonb[], $7::uuid[], $8::text[], $9::text[],
           $10::timestamptz[], $11::text[], $12::smallint[], $13::smallint[], $14::smallint[], $15::jsonb[], $16::smallint[])
           as u (
             tenant_id, id, conversation_id, phone_number_id, kind, content, media_id, provider_id, reply_to, thread_at, sender_phone,
             direction, status, source, referral, forwarded)",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.conversation_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.phone_number_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.kind.to_owned()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.content.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.media_id.map(MediaId::uuid)).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.provider_id.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.reply_to.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.thread_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.sender_phone.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.direction as i16).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.status.rank()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.source as i16).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.referral.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.forwarded.map(|often| often as i16)).collect::<Vec<_>>() as _,
        now,
        Direction::Outbound as i16,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if usize::try_from(stored).is_ok_and(|stored| stored == rows.len()) {
        return Ok(());
    }
    Err(Error::Inconsistent {
        table: "messages",
        column: "provider_id",
    })
}

/// Puts a better copy in the place of a stored message: what was written live in the place of its history. The ids of
/// `rows` are those of the stored messages; their changes have to be applied again.
pub async fn promote_messages(tx: &mut SetTx, rows: &[NewInboundMessage]) -> Result<()> {
    sqlx::query!(
        "update messages m
         set kind = u.kind,
             content = u.content,
             media_id = u.media_id,
             reply_to = u.reply_to,
             source = u.source,
             referral = u.referral,
             forwarded = u.forwarded,
             status = greatest(m.status, u.status),
             edited_at = null,
             revoked_at = null
         from unnest(
           $1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::uuid[], $6::text[], $7::smallint[], $8::jsonb[], $9::smallint[],
           $10::smallint[])
           as u (tenant_id, id, kind, content, media_id, reply_to, source, referral, forwarded, status)
         where m.tenant_id = u.tenant_id
           and m.id = u.id
           and m.source > u.source",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.kind.to_owned()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.content.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.media_id.map(MediaId::uuid)).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.reply_to.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.source as i16).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.referral.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.forwarded.map(|often| often as i16)).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.status.rank()).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Counts new messages in and moves the preview to the newest; each conversation once. One to read opens a resolved
/// conversation, because then there are more than when it was resolved.
pub async fn touch_conversations(tx: &mut SetTx, rows: &[ConversationTouch]) -> Result<()> {
    sqlx::query!(
        "update conversations c
         set unread = c.unread + u.unread,
             inbound = c.inbound + u.unread,
             last_inbound_at = greatest(c.last_inbound_at, u.last_inbound_at),
             version = c.version + 1,
             last_message_at = greatest(c.last_message_at, u.last_message_at),
             last_message_key = case when (u.last_message_at, u.last_message_key) >= (c.last_message_at, c.last_message_key)
               then u.last_message_key else c.last_message_key end,
             preview = case when (u.last_message_at, u.last_message_key) >= (c.last_message_at, c.last_message_key)
               then u.preview else c.preview end,
             preview_kind = case when (u.last_message_at, u.last_message_key) >= (c.last_message_at, c.last_message_key)
               then u.preview_kind else c.preview_kind end,
             preview_direction = case when (u.last_message_at, u.last_message_key) >= (c.last_message_at, c.last_message_key)
               then u.preview_direction else c.preview_direction end
         from unnest(
           $1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::smallint[])
           as u (tenant_id, id, unread, last_inbound_at, last_message_at, last_message_key, preview, preview_kind, preview_direction)
         where c.tenant_id = u.tenant_id
           and c.id = u.id",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.unread).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.last_inbound_at).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.last_message_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.last_message_key.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.preview.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.preview_kind.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.preview_direction as i16).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

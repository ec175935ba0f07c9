//! Changes to messages by their senders, kept apart so that they may come before the message.

use domain::{ConversationId, MessageId, TenantId, content::Direction};
use time::OffsetDateTime;

use crate::{
    error::Result,
    ingest::{MessageKey, MessageRef},
    tx::SetTx,
};

/// A change to a message.
#[derive(Debug, Clone)]
pub struct NewRevision {
    /// The message it changes.
    pub target: MessageKey,
    /// The provider's id of the change.
    pub provider_id: String,
    /// Which way the message went.
    pub direction: Direction,
    /// What the message holds now: kind, content, preview; `None` when it was taken back.
    pub content: Option<(&'static str, serde_json::Value, String)>,
    /// Provider time.
    pub at: OffsetDateTime,
}

/// Stores changes; tells which were new, by their own provider ids.
pub async fn insert_revisions(tx: &mut SetTx, rows: &[NewRevision]) -> Result<Vec<MessageKey>> {
    let content = |row: &NewRevision| row.content.clone();
    let new = sqlx::query!(
        "insert into message_revisions (
           tenant_id, phone_number_id, provider_id, target_provider_id, direction, kind, content, preview, at)
         select *
         from unnest(
           $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::jsonb[], $8::text[], $9::timestamptz[])
         on conflict (tenant_id, phone_number_id, provider_id) do nothing
         returning tenant_id, phone_number_id, provider_id",
        &rows.iter().map(|row| row.target.0.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.target.1.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.provider_id.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.target.2.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.direction as i16).collect::<Vec<_>>(),
        &rows.iter().map(|row| content(row).map(|part| part.0.to_owned())).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| content(row).map(|part| part.1)).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| content(row).map(|part| part.2).unwrap_or_default()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(new
        .into_iter()
        .map(|row| {
            (
                TenantId::new(row.tenant_id),
                domain::PhoneNumberId::new(row.phone_number_id),
                row.provider_id,
            )
        })
        .collect())
}

/// Brings messages to their latest edit and marks those that were taken back; tells which changed. A change counts only
/// for a message that went the same way: nobody changes what the other side wrote.
#[allow(clippy::too_many_lines, reason = "one statement over many columns")]
pub async fn apply_revisions(tx: &mut SetTx, keys: &[MessageKey]) -> Result<Vec<MessageRef>> {
    let changed = sqlx::query!(
        r#"update messages m
           set content = coalesce(l.content, m.content),
               kind = coalesce(l.kind, m.kind),
               edited_at = l.edited_at,
               revoked_at = l.revoked_at
           from (
             select o.tenant_id, o.id, e.content, e.kind, e.preview, e.at as edited_at, v.at as revoked_at
             from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (tenant_id, phone_number_id, provider_id)
             join messages o
               on o.tenant_id = u.tenant_id
              and o.phone_number_id = u.phone_number_id
              and o.provider_id = u.provider_id
             left join lateral (
               select r.content, r.kind, r.preview, r.at
               from message_revisions r
               where r.tenant_id = u.tenant_id
                 and r.phone_number_id = u.phone_number_id
                 and r.target_provider_id = u.provider_id
                 and r.direction = o.direction
                 and r.kind is not null
               order by r.at desc, r.provider_id desc
               limit 1) as e on true
             left join lateral (
               select min(r.at) as at
               from message_revisions r
               where r.tenant_id = u.tenant_id
                 and r.phone_number_id = u.phone_number_id
                 and r.target_provider_id = u.provider_id
                 and r.direction = o.direction
                 and r.kind is null) as v on true
             where e.at is not null or v.at is not null) as l
           where m.tenant_id = l.tenant_id
             and m.id = l.id
             and (m.edited_at is distinct from l.edited_at
               or m.revoked_at is distinct from l.revoked_at
               or coalesce(l.content, m.content) <> m.content)
           returning
             m.tenant_id,
             m.conversation_id,
             m.id,
             m.thread_at,
             coalesce(m.provider_id, '') as "key!",
             case when m.revoked_at is null then coalesce(l.preview, '') else '' end as "preview!",
             case when m.revoked_at is null then m.kind else 'revoked' end as "kind!""#,
        &keys.iter().map(|key| key.0.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.1.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.2.clone()).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "update conversations c
         set preview = u.preview,
             preview_kind = u.kind,
             version = c.version + 1
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
           as u (tenant_id, id, at, key, preview, kind)
         where c.tenant_id = u.tenant_id
           and c.id = u.id
           and c.last_message_at = u.at
           and c.last_message_key = u.key",
        &changed.iter().map(|row| row.tenant_id).collect::<Vec<_>>(),
        &changed.iter().map(|row| row.conversation_id).collect::<Vec<_>>(),
        &changed.iter().map(|row| row.thread_at).collect::<Vec<_>>(),
        &changed.iter().map(|row| row.key.clone()).collect::<Vec<_>>(),
        &changed.iter().map(|row| row.preview.clone()).collect::<Vec<_>>(),
        &changed.iter().map(|row| row.kind.clone()).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(changed
        .into_iter()
        .map(|row| MessageRef {
            tenant_id: TenantId::new(row.tenant_id),
            conversation_id: ConversationId::new(row.conversation_id),
            message_id: MessageId::new(row.id),
        })
        .collect())
}

//! Free entry points: somebody who came from an ad is written to for free for 72 hours from our first answer, or longer
//! if the provider says so.

use std::collections::BTreeSet;

use domain::{ConversationId, TenantId, content::Direction};
use sqlx::PgConnection;

use crate::error::Result;

/// Derives the end of the free entry point of conversations from their messages: only a price proves one, so an answer
/// counts from the referral that it followed.
pub(crate) async fn refresh(
    connection: &mut PgConnection,
    conversations: &BTreeSet<(TenantId, ConversationId)>,
) -> Result<()> {
    if conversations.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update conversations c
         set free_entry_until = d.free_until,
             version = c.version + 1
         from (
           select u.tenant_id, u.id, greatest(f.told, f.first_answer + interval '72 hours') as free_until
           from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
           cross join lateral (
             select
               max(p.free_until) as told,
               (
                 select max(a.at)
                 from (
                   select '-infinity'::timestamptz as since
                   union all
                   select r.thread_at
                   from messages r
                   where r.tenant_id = u.tenant_id
                     and r.conversation_id = u.id
                     and r.referral is not null) as e
                 cross join lateral (
                   select min(coalesce(m.sent_at, m.thread_at)) as at
                   from messages m
                   where m.tenant_id = u.tenant_id
                     and m.conversation_id = u.id
                     and m.direction = $3
                     and (m.pricing_type = 'free_entry_point' or m.pricing_category = 'referral_conversion' or m.free_until is not null)
                     and coalesce(m.sent_at, m.thread_at) >= e.since) as a) as first_answer
             from messages p
             where p.tenant_id = u.tenant_id
               and p.conversation_id = u.id
               and p.direction = $3) as f) as d
         where c.tenant_id = d.tenant_id
           and c.id = d.id
           and c.free_entry_until is distinct from d.free_until",
        &conversations.iter().map(|row| row.0.uuid()).collect::<Vec<_>>(),
        &conversations.iter().map(|row| row.1.uuid()).collect::<Vec<_>>(),
        Direction::Outbound as i16,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The same in a transaction of the normalizer, for conversations whose customer came from an ad.
pub async fn refresh_free_entry(
    tx: &mut crate::tx::SetTx,
    conversations: &BTreeSet<(TenantId, ConversationId)>,
) -> Result<()> {
    refresh(tx.conn(), conversations).await
}

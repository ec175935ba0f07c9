//! Statuses that came before the send's answer was recorded. Check-then-park loses one in a race: each side writes,
//! commits, and then applies in a transaction of its own.

use domain::PhoneNumberId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::sweep::updated;
use crate::{error::Result, outbox, tx::TenantTx};

/// Applies what is parked for these provider ids; returns how many messages moved.
pub async fn apply_parked(
    tx: &mut TenantTx,
    now: OffsetDateTime,
    keys: &[(PhoneNumberId, String)],
) -> Result<usize> {
    let numbers: Vec<_> = keys.iter().map(|(number, _)| number.uuid()).collect();
    let provider_ids: Vec<_> = keys.iter().map(|(_, id)| id.clone()).collect();
    apply(tx, now, &numbers, &provider_ids).await
}

/// Applies whatever is parked for messages that are known by now: a process may have ended between the two
/// transactions.
pub async fn sweep_parked(tx: &mut TenantTx, now: OffsetDateTime) -> Result<usize> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        "select distinct p.phone_number_id, p.provider_id
         from parked_statuses p
         join messages m
           on m.tenant_id = p.tenant_id
          and m.phone_number_id = p.phone_number_id
          and m.provider_id = p.provider_id
         where p.tenant_id = $1
           and m.tenant_id = $1
         limit 1000",
        tenant,
    )
    .fetch_all(tx.conn())
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let numbers: Vec<_> = rows.iter().map(|row| row.phone_number_id).collect();
    let provider_ids: Vec<_> = rows.into_iter().map(|row| row.provider_id).collect();
    apply(tx, now, &numbers, &provider_ids).await
}

async fn apply(
    tx: &mut TenantTx,
    now: OffsetDateTime,
    numbers: &[Uuid],
    provider_ids: &[String],
) -> Result<usize> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        "with target as materialized (
           select m.id, m.conversation_id, m.phone_number_id, m.provider_id
           from unnest($2::uuid[], $3::text[]) as k (phone_number_id, provider_id)
           join messages m
             on m.tenant_id = $1
            and m.phone_number_id = k.phone_number_id
            and m.provider_id = k.provider_id
           order by m.id
           for update of m),
         taken as (
           delete from parked_statuses p
           using target t
           where p.tenant_id = $1
             and p.phone_number_id = t.phone_number_id
             and p.provider_id = t.provider_id
           returning t.id, p.status, p.at, p.error_code, p.error_message),
         folded as (
           select
             id,
             max(status) as status,
             min(at) filter (where status = 50) as sent_at,
             min(at) filter (where status = 60) as failed_at,
             min(at) filter (where status = 70) as delivered_at,
             min(at) filter (where status in (80, 90)) as read_at,
             max(error_code) filter (where status = 60) as error_code,
             max(error_message) filter (where status = 60) as error_message
           from taken
           group by id)
         update messages m
         set status = greatest(m.status, f.status),
             sent_at = least(m.sent_at, f.sent_at),
             failed_at = least(m.failed_at, f.failed_at),
             delivered_at = least(m.delivered_at, f.delivered_at),
             read_at = least(m.read_at, f.read_at),
             error_code = case when f.status = 60 and m.status < 60 then f.error_code else m.error_code end,
             error_message = case when f.status = 60 and m.status < 60 then f.error_message else m.error_message end
         from folded f
         where m.tenant_id = $1
           and m.id = f.id
         returning m.id, m.conversation_id",
        tenant,
        numbers,
        provider_ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let events: Vec<_> = rows
        .iter()
        .map(|row| updated(row.conversation_id, row.id))
        .collect();
    outbox::push(tx, now, &events).await?;
    Ok(rows.len())
}

//! What crashes and silence leave behind: calls whose owner is gone, answers that never came.

use domain::{ConversationId, MessageId, PhoneNumberId, event::DomainEvent, status::MessageStatus};
use time::OffsetDateTime;

use super::{LaneKey, claim::distinct_tenants};
use crate::{error::Result, outbox, pool::DeliveryDb, tx::TenantTx};

impl DeliveryDb {
    /// Those of the lanes (with their owner's epoch) that have claimed rows of older epochs.
    pub async fn lanes_with_orphans(&self, lanes: &[(LaneKey, i64)]) -> Result<Vec<LaneKey>> {
        let set = distinct_tenants(lanes.iter().map(|(lane, _)| *lane));
        let tenants: Vec<_> = lanes.iter().map(|(lane, _)| lane.tenant_id.uuid()).collect();
        let numbers: Vec<_> = lanes
            .iter()
            .map(|(lane, _)| lane.phone_number_id.uuid())
            .collect();
        let epochs: Vec<_> = lanes.iter().map(|(_, epoch)| *epoch).collect();
        let mut tx = self.begin(&set).await?;
        let rows = sqlx::query!(
            r#"select l.tenant_id as "tenant_id!", l.lane as "lane!"
               from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as l (tenant_id, lane, epoch)
               where exists (
                 select
                 from send_attempts a
                 where a.tenant_id = l.tenant_id
                   and a.phone_number_id = l.lane
                   and a.state in (1, 4)
                   and a.state = 1
                   and a.claimed_epoch < l.epoch)"#,
            &tenants,
            &numbers,
            &epochs,
        )
        .fetch_all(tx.conn())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| LaneKey::of(row.tenant_id, row.lane))
            .collect())
    }

    /// Those of the lanes that have rows unknown since before `before`.
    pub async fn lanes_with_stale_unknown(
        &self,
        lanes: &[LaneKey],
        before: OffsetDateTime,
    ) -> Result<Vec<LaneKey>> {
        let set = distinct_tenants(lanes.iter().copied());
        let tenants: Vec<_> = lanes.iter().map(|lane| lane.tenant_id.uuid()).collect();
        let numbers: Vec<_> = lanes.iter().map(|lane| lane.phone_number_id.uuid()).collect();
        let mut tx = self.begin(&set).await?;
        let rows = sqlx::query!(
            r#"select l.tenant_id as "tenant_id!", l.lane as "lane!"
               from unnest($1::uuid[], $2::uuid[]) as l (tenant_id, lane)
               where exists (
                 select
                 from send_attempts a
                 where a.tenant_id = l.tenant_id
                   and a.phone_number_id = l.lane
                   and a.state in (1, 4)
                   and a.state = 4
                   and a.finished_at < $3)"#,
            &tenants,
            &numbers,
            before,
        )
        .fetch_all(tx.conn())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| LaneKey::of(row.tenant_id, row.lane))
            .collect())
    }
}

/// Turns rows that older epochs claimed into `unknown`, with their messages: their call may have been made. Where a status
/// has proved it already, they are settled. Returns how many.
pub async fn orphans_to_unknown(
    tx: &mut TenantTx,
    number: PhoneNumberId,
    epoch: i64,
    now: OffsetDateTime,
) -> Result<usize> {
    let tenant = tx.tenant_id().uuid();
    let orphans = sqlx::query!(
        "select m.id, m.conversation_id
         from messages m
         where m.tenant_id = $1
           and m.id in (
             select a.message_id
             from send_attempts a
             where a.tenant_id = $1
               and a.phone_number_id = $2
               and a.state in (1, 4)
               and a.state = 1
               and a.claimed_epoch < $3)
         order by m.id
         for update",
        tenant,
        number.uuid(),
        epoch,
    )
    .fetch_all(tx.conn())
    .await?;
    let ids: Vec<_> = orphans.iter().map(|row| row.id).collect();
    // The former owner may still be alive and have recorded some of them while we waited for the locks.
    let lost = sqlx::query_scalar!(
        "update send_attempts
         set state = case when provider_id is null then 4 else 6 end,
             finished_at = $5,
             fault_class = 'lost',
             fault_message = 'The process that made the call ended before its answer was recorded.'
         where tenant_id = $1
           and phone_number_id = $2
           and message_id = any($4)
           and state = 1
           and claimed_epoch < $3
         returning message_id",
        tenant,
        number.uuid(),
        epoch,
        &ids,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "update messages set status = greatest(status, $3) where tenant_id = $1 and id = any($2)",
        tenant,
        &lost,
        MessageStatus::Unknown.rank(),
    )
    .execute(tx.conn())
    .await?;
    let orphans = orphans.iter().filter(|row| lost.contains(&row.id));
    let events: Vec<_> = orphans.map(|row| updated(row.conversation_id, row.id)).collect();
    outbox::push(tx, now, &events).await?;
    Ok(lost.len())
}

/// Gives up waiting for rows unknown since before `before`: a person decides. The message stays unknown. Returns how
/// many.
pub async fn expire_unknown(
    tx: &mut TenantTx,
    number: PhoneNumberId,
    before: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<usize> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        "update send_attempts a
         set state = 7
         from messages m
         where a.tenant_id = $1
           and a.phone_number_id = $2
           and a.state in (1, 4)
           and a.state = 4
           and a.finished_at < $3
           and m.tenant_id = $1
           and m.id = a.message_id
         returning m.id, m.conversation_id",
        tenant,
        number.uuid(),
        before,
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

pub(super) fn updated(conversation: uuid::Uuid, message: uuid::Uuid) -> DomainEvent {
    DomainEvent::MessageUpdated {
        conversation_id: ConversationId::new(conversation),
        message_id: MessageId::new(message),
    }
}

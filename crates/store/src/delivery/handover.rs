//! What a next owner of a lane must know of the calls before it: how full each customer's budget is, and which
//! conversations wait.

use std::time::Duration;

use domain::{ConversationId, PhoneNumberId};
use time::OffsetDateTime;

use super::{LaneKey, claim::distinct_tenants};
use crate::{error::Result, pool::DeliveryDb, tx::TenantTx};

/// What former owners of a lane left in the ledger.
#[derive(Debug, Default)]
pub struct Former {
    /// Per conversation, the theoretical arrival time of its bucket.
    pub arrivals: Vec<(ConversationId, OffsetDateTime)>,
    /// Conversations whose next message waits until then.
    pub holds: Vec<(ConversationId, OffsetDateTime)>,
}

impl DeliveryDb {
    /// Those of the lanes that called after `since`, or whose rows wait for their turn.
    pub async fn lanes_with_former(&self, lanes: &[LaneKey], since: OffsetDateTime) -> Result<Vec<LaneKey>> {
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
                     and a.claimed_at > $3)
                 or exists (
                   select
                   from send_attempts a
                   where a.tenant_id = l.tenant_id
                     and a.phone_number_id = l.lane
                     and a.state = 0
                     and a.wait in ('pair_rate', 'order', 'retry'))"#,
            &tenants,
            &numbers,
            since,
        )
        .fetch_all(tx.conn())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| LaneKey::of(row.tenant_id, row.lane))
            .collect())
    }
}

/// Rebuilds each customer's budget from the calls after `since`: one per `interval`, counted from when the outcome was
/// known, so that it can only come out fuller than it is. And the conversations in which something waits.
pub async fn former(
    tx: &mut TenantTx,
    number: PhoneNumberId,
    since: OffsetDateTime,
    interval: Duration,
    now: OffsetDateTime,
) -> Result<Former> {
    let tenant = tx.tenant_id().uuid();
    let arrivals = sqlx::query!(
        r#"select
             c.conversation_id,
             max(c.at + c.later * make_interval(secs => $4)) as "arrival!"
           from (
             select
               m.conversation_id,
               greatest(a.claimed_at, a.finished_at) as at,
               row_number() over (
                 partition by m.conversation_id
                 order by greatest(a.claimed_at, a.finished_at) desc) as later
             from send_attempts a
             join messages m on m.tenant_id = a.tenant_id and m.id = a.message_id
             where a.tenant_id = $1
               and a.phone_number_id = $2
               and a.claimed_at > $3) c
           group by c.conversation_id"#,
        tenant,
        number.uuid(),
        since,
        interval.as_secs_f64(),
    )
    .fetch_all(tx.conn())
    .await?;
    let holds = sqlx::query!(
        r#"select m.conversation_id, max(a.not_before) as "until!"
           from send_attempts a
           join messages m on m.tenant_id = a.tenant_id and m.id = a.message_id
           where a.tenant_id = $1
             and a.phone_number_id = $2
             and a.state = 0
             and a.wait in ('pair_rate', 'order', 'retry')
             and a.not_before > $3
           group by m.conversation_id"#,
        tenant,
        number.uuid(),
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(Former {
        arrivals: arrivals
            .into_iter()
            .map(|row| (ConversationId::new(row.conversation_id), row.arrival))
            .collect(),
        holds: holds
            .into_iter()
            .map(|row| (ConversationId::new(row.conversation_id), row.until))
            .collect(),
    })
}

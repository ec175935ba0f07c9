//! Claiming: one statement over many lanes, committed before any call.

use domain::{MessageId, SendAttemptId, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::LaneKey;
use crate::{access::TENANT_ACTIVE, error::Result, pool::DeliveryDb};

/// How many rows a lane would take.
#[derive(Debug, Clone, Copy)]
pub struct Want {
    /// Which lane.
    pub lane: LaneKey,
    /// The owner's epoch: another one claims nothing.
    pub epoch: i64,
    /// Most rows to claim.
    pub rows: u32,
}

/// A claimed ledger row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed {
    /// Its lane.
    pub lane: LaneKey,
    /// The row.
    pub attempt_id: SendAttemptId,
    /// What is sent.
    pub message_id: MessageId,
    /// Number of the attempt, from 1.
    pub attempt: i16,
    /// 0 conversation reply, 1 transactional, 2 campaign.
    pub priority: i16,
}

impl Claimed {
    /// Its place in the queue.
    const fn place(&self) -> (LaneKey, i16, SendAttemptId) {
        (self.lane, self.priority, self.attempt_id)
    }
}

impl DeliveryDb {
    /// Claims planned rows whose time has come, by priority and age; nothing for a lane that is paused, of a suspended
    /// tenant, or held by another owner or epoch. Committed when it returns; after an error it may have happened, see
    /// [`Self::return_uncalled`].
    pub async fn claim_attempts(
        &self,
        owner: Uuid,
        now: OffsetDateTime,
        wants: &[Want],
    ) -> Result<Vec<Claimed>> {
        let columns = WantColumns::of(wants);
        let mut tx = self.begin(&columns.set).await?;
        let claimed = sqlx::query!(
            "with wanted as (
               select *
               from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) as w (tenant_id, lane, epoch, rows)),
             held as materialized (
               select w.tenant_id, w.lane, w.epoch, w.rows
               from wanted w
               join lanes l on l.tenant_id = w.tenant_id and l.id = w.lane
               join tenants t on t.id = w.tenant_id
               where l.epoch = w.epoch
                 and l.owner = $5
                 and l.expires_at > now()
                 and l.paused_reason is null
                 and t.state = $7
               for share of l),
             ready as (
               select r.tenant_id, r.id, h.epoch
               from held h
               cross join lateral (
                 select a.tenant_id, a.id
                 from send_attempts a
                 where a.tenant_id = h.tenant_id
                   and a.phone_number_id = h.lane
                   and a.state = 0
                   and a.not_before <= $6
                 order by a.priority, a.id
                 limit h.rows
                 for update skip locked) r)
             update send_attempts a
             set state = 1,
                 claimed_at = $6,
                 claimed_epoch = ready.epoch
             from ready
             where a.tenant_id = ready.tenant_id
               and a.id = ready.id
             returning
               a.tenant_id,
               a.phone_number_id,
               a.id,
               a.message_id,
               a.attempt,
               a.priority",
            &columns.tenants,
            &columns.lanes,
            &columns.epochs,
            &columns.rows,
            owner,
            now,
            TENANT_ACTIVE,
        )
        .fetch_all(tx.conn())
        .await?;
        tx.commit().await?;
        let mut claimed: Vec<_> = claimed
            .into_iter()
            .map(|row| Claimed {
                lane: LaneKey::of(row.tenant_id, row.phone_number_id),
                attempt_id: SendAttemptId::new(row.id),
                message_id: MessageId::new(row.message_id),
                attempt: row.attempt,
                priority: row.priority,
            })
            .collect();
        claimed.sort_by_key(Claimed::place);
        Ok(claimed)
    }

    /// Puts rows that these epochs claimed, but that their owner does not know of, back into the queue: they were never
    /// called. `open` are the rows that the owner works on. Only the owner may call this, never beside a claim. Returns
    /// how many.
    pub async fn return_uncalled(&self, lanes: &[(LaneKey, i64)], open: &[SendAttemptId]) -> Result<u64> {
        let set = distinct_tenants(lanes.iter().map(|(lane, _)| *lane));
        let tenants: Vec<_> = lanes.iter().map(|(lane, _)| lane.tenant_id.uuid()).collect();
        let numbers: Vec<_> = lanes
            .iter()
            .map(|(lane, _)| lane.phone_number_id.uuid())
            .collect();
        let epochs: Vec<_> = lanes.iter().map(|(_, epoch)| *epoch).collect();
        let open: Vec<_> = open.iter().map(|id| id.uuid()).collect();
        let mut tx = self.begin(&set).await?;
        let done = sqlx::query!(
            "update send_attempts a
             set state = 0,
                 claimed_at = null,
                 claimed_epoch = null
             from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as l (tenant_id, lane, epoch)
             where a.tenant_id = l.tenant_id
               and a.phone_number_id = l.lane
               and a.state in (1, 4)
               and a.state = 1
               and a.claimed_epoch = l.epoch
               and a.id <> all($4)",
            &tenants,
            &numbers,
            &epochs,
            &open,
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}

struct WantColumns {
    set: Vec<TenantId>,
    tenants: Vec<Uuid>,
    lanes: Vec<Uuid>,
    epochs: Vec<i64>,
    rows: Vec<i64>,
}

impl WantColumns {
    /// Sorted, so that every claim locks in one order.
    fn of(wants: &[Want]) -> Self {
        let mut wants = wants.to_vec();
        wants.sort_by_key(|want| want.lane);
        Self {
            set: distinct_tenants(wants.iter().map(|want| want.lane)),
            tenants: wants.iter().map(|want| want.lane.tenant_id.uuid()).collect(),
            lanes: wants
                .iter()
                .map(|want| want.lane.phone_number_id.uuid())
                .collect(),
            epochs: wants.iter().map(|want| want.epoch).collect(),
            rows: wants.iter().map(|want| i64::from(want.rows)).collect(),
        }
    }
}

pub(super) fn distinct_tenants(lanes: impl Iterator<Item = LaneKey>) -> Vec<TenantId> {
    let mut set: Vec<_> = lanes.map(|lane| lane.tenant_id).collect();
    set.sort_unstable();
    set.dedup();
    set
}

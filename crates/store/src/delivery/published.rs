//! What each lane does, told by its owner once a second, read by its tenant and by the platform.

use domain::PhoneNumberId;
use time::OffsetDateTime;

use super::{LaneKey, claim::distinct_tenants};
use crate::{
    error::{Error, Result},
    pool::DeliveryDb,
    tx::TenantTx,
};

/// Rows that are counted at most: a longer queue is as long as this.
const DEPTH_MAX: i64 = 1_000;

/// Whether a lane calls its provider; the number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i16)]
pub enum BreakerState {
    /// It calls.
    #[default]
    Closed = 0,
    /// The provider failed several times in a row: nothing is called for a while.
    Open = 1,
    /// One call finds out whether the provider is back.
    HalfOpen = 2,
}

impl BreakerState {
    pub(crate) fn from_code(code: i16) -> Result<Self> {
        match code {
            0 => Ok(Self::Closed),
            1 => Ok(Self::Open),
            2 => Ok(Self::HalfOpen),
            _ => Err(Error::Inconsistent {
                table: "lane_state",
                column: "breaker",
            }),
        }
    }
}

/// What an owner tells of its lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneReport {
    /// Which.
    pub key: LaneKey,
    /// Rows claimed whose outcome is not recorded.
    pub in_flight: u32,
    /// Calls a second that the bucket allows at present.
    pub allowed_mps: u32,
    /// Calls begun since the former report.
    pub calls: u32,
    /// The breaker.
    pub breaker: BreakerState,
    /// What opened it.
    pub breaker_reason: Option<String>,
    /// When a call is tried again.
    pub next_try_at: Option<OffsetDateTime>,
}

impl DeliveryDb {
    /// Publishes reports, with the length of each queue.
    pub async fn publish_lanes(&self, now: OffsetDateTime, reports: &[LaneReport]) -> Result<()> {
        let mut reports: Vec<_> = reports.iter().collect();
        reports.sort_by_key(|report| report.key);
        let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let set = distinct_tenants(reports.iter().map(|report| report.key));
        let tenants: Vec<_> = reports.iter().map(|r| r.key.tenant_id.uuid()).collect();
        let lanes: Vec<_> = reports.iter().map(|r| r.key.phone_number_id.uuid()).collect();
        let in_flight: Vec<_> = reports.iter().map(|r| count(r.in_flight)).collect();
        let allowed: Vec<_> = reports.iter().map(|r| count(r.allowed_mps)).collect();
        let calls: Vec<_> = reports.iter().map(|r| count(r.calls)).collect();
        let breakers: Vec<_> = reports.iter().map(|r| r.breaker as i16).collect();
        let reasons: Vec<_> = reports.iter().map(|r| r.breaker_reason.clone()).collect();
        let tries: Vec<_> = reports.iter().map(|r| r.next_try_at).collect();
        let mut tx = self.begin(&set).await?;
        sqlx::query!(
            "insert into lane_state
               (tenant_id, phone_number_id, depth, in_flight, allowed_mps, calls, breaker, breaker_reason, next_try_at,
                published_at)
             select
               r.tenant_id,
               r.lane,
               planned.depth,
               r.in_flight,
               r.allowed_mps,
               r.calls,
               r.breaker,
               r.breaker_reason,
               r.next_try_at,
               $9
             from unnest(
               $1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[], $6::smallint[], $7::text[],
               $8::timestamptz[])
               as r (tenant_id, lane, in_flight, allowed_mps, calls, breaker, breaker_reason, next_try_at)
             cross join lateral (
               select count(*)::integer as depth
               from (
                 select
                 from send_attempts a
                 where a.tenant_id = r.tenant_id
                   and a.phone_number_id = r.lane
                   and a.state = 0
                 limit $10) waiting) planned
             on conflict (tenant_id, phone_number_id) do update
             set depth = excluded.depth,
                 in_flight = excluded.in_flight,
                 allowed_mps = excluded.allowed_mps,
                 calls = excluded.calls,
                 breaker = excluded.breaker,
                 breaker_reason = excluded.breaker_reason,
                 next_try_at = excluded.next_try_at,
                 published_at = excluded.published_at",
            &tenants,
            &lanes,
            &in_flight,
            &allowed,
            &calls,
            &breakers,
            &reasons as &[Option<String>],
            &tries as &[Option<OffsetDateTime>],
            now,
            DEPTH_MAX,
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }
}

/// A lane as its tenant sees it.
#[derive(Debug, Clone)]
pub struct LaneRow {
    /// Planned rows at this moment, counted to 1,000.
    pub depth: i32,
    /// Why the number is paused.
    pub paused_reason: Option<String>,
    /// Messages a second that the provider allows.
    pub throughput_mps: i32,
    /// True while a delivery process owns the lane.
    pub owned: bool,
    /// What the owner told last; `None` before any owner did.
    pub told: Option<Told>,
}

/// What a lane's owner told last.
#[derive(Debug, Clone)]
pub struct Told {
    /// Rows claimed whose outcome was not recorded.
    pub in_flight: i32,
    /// Calls a second that the bucket allowed.
    pub allowed_mps: i32,
    /// Calls begun in the second before.
    pub calls: i32,
    /// The breaker.
    pub breaker: BreakerState,
    /// What opened it.
    pub breaker_reason: Option<String>,
    /// When a call is tried again.
    pub next_try_at: Option<OffsetDateTime>,
    /// When it was told.
    pub published_at: OffsetDateTime,
}

/// The lane of a number.
pub async fn lane(tx: &mut TenantTx, number: PhoneNumberId) -> Result<LaneRow> {
    let row = sqlx::query!(
        r#"select
             l.throughput_mps,
             l.paused_reason,
             coalesce(l.expires_at > now(), false) as "owned!",
             planned.depth as "depth!",
             s.in_flight as "in_flight?",
             s.allowed_mps as "allowed_mps?",
             s.calls as "calls?",
             s.breaker as "breaker?",
             s.breaker_reason as "breaker_reason?",
             s.next_try_at as "next_try_at?",
             s.published_at as "published_at?"
           from lanes l
           left join lane_state s on s.tenant_id = l.tenant_id and s.phone_number_id = l.id
           cross join lateral (
             select count(*)::integer as depth
             from (
               select
               from send_attempts a
               where a.tenant_id = l.tenant_id
                 and a.phone_number_id = l.id
                 and a.state = 0
               limit $3) waiting) planned
           where l.tenant_id = $1
             and l.id = $2"#,
        tx.tenant_id().uuid(),
        number.uuid(),
        DEPTH_MAX,
    )
    .fetch_one(tx.conn())
    .await?;
    let told = match (
        row.in_flight,
        row.allowed_mps,
        row.calls,
        row.breaker,
        row.published_at,
    ) {
        (Some(in_flight), Some(allowed_mps), Some(calls), Some(breaker), Some(published_at)) => Some(Told {
            in_flight,
            allowed_mps,
            calls,
            breaker: BreakerState::from_code(breaker)?,
            breaker_reason: row.breaker_reason,
            next_try_at: row.next_try_at,
            published_at,
        }),
        _ => None,
    };
    Ok(LaneRow {
        depth: row.depth,
        paused_reason: row.paused_reason,
        throughput_mps: row.throughput_mps,
        owned: row.owned,
        told,
    })
}

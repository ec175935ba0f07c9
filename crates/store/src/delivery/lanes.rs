//! Leases of lanes. Leases live on the database's clock; the epoch tells one owner from the next.

use std::{collections::HashMap, time::Duration};

use domain::{PhoneNumberId, TenantId};
use uuid::Uuid;

use crate::{
    access::TENANT_ACTIVE,
    error::Result,
    pool::{DeliveryDb, TenantDb},
    scope::{Actor, TenantScope, TenantSummary},
};

/// A business number as a lane of the scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneKey {
    /// Whose.
    pub tenant_id: TenantId,
    /// The number.
    pub phone_number_id: PhoneNumberId,
}

impl LaneKey {
    pub(super) const fn of(tenant: Uuid, number: Uuid) -> Self {
        Self {
            tenant_id: TenantId::new(tenant),
            phone_number_id: PhoneNumberId::new(number),
        }
    }
}

/// A lane just taken.
#[derive(Debug, Clone)]
pub struct AdoptedLane {
    /// Proof that the delivery worker may act for the tenant: it holds the lease.
    pub scope: TenantScope,
    /// Which.
    pub key: LaneKey,
    /// This owner's epoch; older ones are gone.
    pub epoch: i64,
    /// Messages per second the provider allows.
    pub throughput_mps: u32,
    /// Theoretical arrival time that the former owner left, microseconds of the database's clock.
    pub tat_us: u64,
}

/// A lane that is held, with what a next owner must know.
#[derive(Debug, Clone, Copy)]
pub struct HeldLane {
    /// Which.
    pub key: LaneKey,
    /// The holder's epoch.
    pub epoch: i64,
    /// Theoretical arrival time, microseconds of the database's clock.
    pub tat_us: u64,
}

/// A lane whose lease was renewed.
#[derive(Debug, Clone, Copy)]
pub struct RenewedLane {
    /// Which.
    pub key: LaneKey,
    /// Messages per second the provider allows now.
    pub throughput_mps: u32,
}

impl DeliveryDb {
    /// The database's clock in microseconds since 1970: the one time line of all owners.
    pub async fn real_time_us(&self) -> Result<u64> {
        let us = sqlx::query_scalar!(
            r#"select (extract(epoch from clock_timestamp()) * 1000000)::bigint as "us!""#
        )
        .fetch_one(&self.0)
        .await?;
        Ok(us.unsigned_abs())
    }

    /// True when some lane has no owner.
    pub async fn lane_is_free(&self) -> Result<bool> {
        let free = sqlx::query_scalar!(
            r#"select exists (
                 select
                 from lanes
                 where expires_at is null
                   or expires_at <= now()) as "free!""#
        )
        .fetch_one(&self.0)
        .await?;
        Ok(free)
    }

    /// Takes at most `limit` lanes for `lease`: free ones, and those of this owner that are not among `held`, because the
    /// answer to an earlier call was lost.
    pub async fn adopt_lanes(
        &self,
        tenants: &TenantDb,
        owner: Uuid,
        lease: Duration,
        limit: u32,
        held: &[LaneKey],
    ) -> Result<Vec<AdoptedLane>> {
        let held_tenants: Vec<_> = held.iter().map(|lane| lane.tenant_id.uuid()).collect();
        let held_lanes: Vec<_> = held.iter().map(|lane| lane.phone_number_id.uuid()).collect();
        let rows = sqlx::query!(
            "with free as (
               select tenant_id, id
               from lanes
               where expires_at is null
                 or expires_at <= now()
                 or owner = $1 and (tenant_id, id) not in (select * from unnest($4::uuid[], $5::uuid[]))
               order by tenant_id, id
               limit $3
               for update skip locked)
             update lanes l
             set owner = $1,
                 epoch = l.epoch + 1,
                 expires_at = now() + make_interval(secs => $2)
             from free
             where l.tenant_id = free.tenant_id
               and l.id = free.id
             returning
               l.tenant_id,
               l.id,
               l.epoch,
               l.throughput_mps,
               l.tat_us",
            owner,
            lease.as_secs_f64(),
            i64::from(limit),
            &held_tenants,
            &held_lanes,
        )
        .fetch_all(&self.0)
        .await?;
        let ids: Vec<_> = rows.iter().map(|row| row.tenant_id).collect();
        let scopes = worker_scopes(tenants, &ids, "delivery").await?;
        let lanes = rows.into_iter().filter_map(|row| {
            Some(AdoptedLane {
                scope: scopes.get(&row.tenant_id)?.clone(),
                key: LaneKey::of(row.tenant_id, row.id),
                epoch: row.epoch,
                throughput_mps: row.throughput_mps.unsigned_abs(),
                tat_us: row.tat_us.unsigned_abs(),
            })
        });
        Ok(lanes.collect())
    }

    /// Prolongs leases; a lane that is missing from the answer is lost.
    pub async fn renew_lanes(
        &self,
        owner: Uuid,
        lease: Duration,
        held: &[HeldLane],
    ) -> Result<Vec<RenewedLane>> {
        let columns = Columns::of(held);
        let rows = sqlx::query!(
            "update lanes l
             set expires_at = now() + make_interval(secs => $6),
                 tat_us = greatest(l.tat_us, h.tat_us)
             from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) as h (tenant_id, id, epoch, tat_us)
             where l.tenant_id = h.tenant_id
               and l.id = h.id
               and l.epoch = h.epoch
               and l.owner = $5
             returning
               l.tenant_id,
               l.id,
               l.throughput_mps",
            &columns.tenants,
            &columns.lanes,
            &columns.epochs,
            &columns.tats,
            owner,
            lease.as_secs_f64(),
        )
        .fetch_all(&self.0)
        .await?;
        let renewed = rows.into_iter().map(|row| RenewedLane {
            key: LaneKey::of(row.tenant_id, row.id),
            throughput_mps: row.throughput_mps.unsigned_abs(),
        });
        Ok(renewed.collect())
    }

    /// Gives lanes back, so that a next owner need not wait.
    pub async fn release_lanes(&self, owner: Uuid, held: &[HeldLane]) -> Result<()> {
        let columns = Columns::of(held);
        sqlx::query!(
            "update lanes l
             set owner = null,
                 expires_at = null,
                 tat_us = greatest(l.tat_us, h.tat_us)
             from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) as h (tenant_id, id, epoch, tat_us)
             where l.tenant_id = h.tenant_id
               and l.id = h.id
               and l.epoch = h.epoch
               and l.owner = $5",
            &columns.tenants,
            &columns.lanes,
            &columns.epochs,
            &columns.tats,
            owner,
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }
}

struct Columns {
    tenants: Vec<Uuid>,
    lanes: Vec<Uuid>,
    epochs: Vec<i64>,
    tats: Vec<i64>,
}

impl Columns {
    /// Sorted, so that every statement locks in one order.
    fn of(held: &[HeldLane]) -> Self {
        let mut held = held.to_vec();
        held.sort_by_key(|lane| lane.key);
        Self {
            tenants: held.iter().map(|lane| lane.key.tenant_id.uuid()).collect(),
            lanes: held.iter().map(|lane| lane.key.phone_number_id.uuid()).collect(),
            epochs: held.iter().map(|lane| lane.epoch).collect(),
            tats: held
                .iter()
                .map(|lane| i64::try_from(lane.tat_us).unwrap_or(i64::MAX))
                .collect(),
        }
    }
}

/// Scopes of a worker for tenants whose lease or job it holds.
pub(crate) async fn worker_scopes(
    tenants: &TenantDb,
    ids: &[Uuid],
    worker: &'static str,
) -> Result<HashMap<Uuid, TenantScope>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        "select
           id,
           slug,
           name,
           state,
           sandbox
         from tenants
         where id = any($1)",
        ids,
    )
    .fetch_all(&tenants.0)
    .await?;
    let scopes = rows.into_iter().map(|row| {
        let summary = TenantSummary {
            id: TenantId::new(row.id),
            slug: row.slug,
            name: row.name,
            active: row.state == TENANT_ACTIVE,
            sandbox: row.sandbox,
        };
        (
            row.id,
            TenantScope::proven(summary, Actor::Worker(worker), std::collections::BTreeSet::new()),
        )
    });
    Ok(scopes.collect())
}

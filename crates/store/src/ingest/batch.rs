//! The one transaction of a batch: fenced by the cursor, alone on its tenants.

use std::collections::{BTreeSet, HashMap};

use domain::{ChannelAccountId, PhoneNumberId, PortfolioId, TenantId, WabaId};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    ingest::{CursorLease, RawPosition, Routes},
    pool::IngestDb,
    tx::SetTx,
};

/// Where a number stands in its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberPlace {
    /// The channel account whose conversations it carries.
    pub channel_account_id: ChannelAccountId,
    /// The scope of user ids.
    pub portfolio_id: PortfolioId,
}

impl IngestDb {
    /// Begins for the tenants that the routes name, moves the cursor and waits for other batches of these tenants: two
    /// streams may carry the same customer. [`Error::LeaseLost`] when the cursor is not where `lease` says.
    pub async fn begin_batch(&self, lease: &CursorLease, to: RawPosition, routes: &Routes) -> Result<SetTx> {
        let tenants = routes.tenants();
        let mut tx = self.begin(&tenants).await?;
        let moved = sqlx::query!(
            "update ingest_cursors
             set day = $4,
                 seq = $5
             where stream = $1
               and owner = $2
               and epoch = $3
               and day = coalesce($6::date, '-infinity'::date)
               and seq = coalesce($7::bigint, 0)",
            lease.stream,
            lease.owner,
            lease.epoch,
            to.day,
            to.seq,
            lease.position.map(|position| position.day),
            lease.position.map(|position| position.seq),
        )
        .execute(tx.conn())
        .await?;
        if moved.rows_affected() == 0 {
            return Err(Error::LeaseLost);
        }
        lock(&mut tx, &tenants).await?;
        Ok(tx)
    }

    /// Begins for the tenants that the routes name without moving a cursor: for a replay.
    pub async fn begin_replay(&self, routes: &Routes) -> Result<SetTx> {
        self.begin_unfenced(&routes.tenants()).await
    }

    /// Begins without a cursor, for work after a batch.
    pub(super) async fn begin_unfenced(&self, tenants: &[TenantId]) -> Result<SetTx> {
        let mut tx = self.begin(tenants).await?;
        lock(&mut tx, tenants).await?;
        Ok(tx)
    }
}

async fn lock(tx: &mut SetTx, tenants: &[TenantId]) -> Result<()> {
    let mut keys: Vec<i64> = tenants.iter().map(|tenant| lock_key(tenant.uuid())).collect();
    keys.sort_unstable();
    sqlx::query!(
        "select pg_advisory_xact_lock(k) from unnest($1::bigint[]) as k",
        &keys
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

fn lock_key(tenant: Uuid) -> i64 {
    let (high, low) = tenant.as_u64_pair();
    (high.rotate_left(32) ^ low).cast_signed()
}

/// The places of the numbers that the routes name.
pub async fn number_places(
    tx: &mut SetTx,
    routes: &Routes,
) -> Result<HashMap<(TenantId, PhoneNumberId), NumberPlace>> {
    let numbers = routes.bound_numbers();
    let tenants: Vec<Uuid> = numbers.iter().map(|(tenant, _)| tenant.uuid()).collect();
    let ids: Vec<Uuid> = numbers.iter().map(|(_, number)| number.uuid()).collect();
    let rows = sqlx::query!(
        "select p.tenant_id, p.id, p.channel_account_id, w.portfolio_id
         from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         join phone_numbers p on p.tenant_id = u.tenant_id and p.id = u.id
         join wabas w on w.tenant_id = p.tenant_id and w.id = p.waba_id",
        &tenants,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let place = NumberPlace {
                channel_account_id: ChannelAccountId::new(row.channel_account_id),
                portfolio_id: PortfolioId::new(row.portfolio_id),
            };
            ((TenantId::new(row.tenant_id), PhoneNumberId::new(row.id)), place)
        })
        .collect())
}

/// The portfolios of WABAs: where their customers' user ids mean a person.
pub async fn waba_portfolios(
    tx: &mut SetTx,
    wabas: &BTreeSet<(TenantId, WabaId)>,
) -> Result<HashMap<(TenantId, WabaId), PortfolioId>> {
    let rows = sqlx::query!(
        "select w.tenant_id, w.id, w.portfolio_id
         from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         join wabas w on w.tenant_id = u.tenant_id and w.id = u.id",
        &wabas.iter().map(|(tenant, _)| tenant.uuid()).collect::<Vec<_>>(),
        &wabas.iter().map(|(_, waba)| waba.uuid()).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let key = (TenantId::new(row.tenant_id), WabaId::new(row.id));
            (key, PortfolioId::new(row.portfolio_id))
        })
        .collect())
}

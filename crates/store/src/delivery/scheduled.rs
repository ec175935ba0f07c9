//! Rows written for a later time: they stay out of the queue, so that claims never read past them, until they are due.

use domain::TenantId;
use time::OffsetDateTime;

use crate::{error::Result, pool::DeliveryDb};

/// Most rows that one call plans: it must not lock the ledger.
const ROWS_MAX: i64 = 500;
/// Most of them for one tenant, so that a large mailing of one does not keep the others waiting.
const TENANT_ROWS_MAX: i64 = 50;

impl DeliveryDb {
    /// Puts rows of these tenants whose time has come into the queue, the longest due of each first; a portion at a time,
    /// from the first tenant on. Returns how many.
    pub async fn plan_due(&self, tenants: &[TenantId], now: OffsetDateTime) -> Result<u64> {
        let ids: Vec<_> = tenants.iter().map(|tenant| tenant.uuid()).collect();
        let mut tx = self.begin(tenants).await?;
        let planned = sqlx::query!(
            "with due as (
               select d.tenant_id, d.id
               from unnest($1::uuid[]) as u (tenant_id)
               cross join lateral (
                 select a.tenant_id, a.id
                 from send_attempts a
                 where a.tenant_id = u.tenant_id
                   and a.state = 9
                   and a.not_before <= $2
                 order by a.not_before
                 limit $3
                 for update skip locked) d
               limit $4)
             update send_attempts a
             set state = 0
             from due
             where a.tenant_id = due.tenant_id
               and a.id = due.id",
            &ids,
            now,
            TENANT_ROWS_MAX,
            ROWS_MAX,
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(planned.rows_affected())
    }
}

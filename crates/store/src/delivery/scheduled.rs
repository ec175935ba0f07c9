//! Rows written for a later time: they stay out of the queue, so that claims never read past them, until they are due.

use time::OffsetDateTime;

use super::{LaneKey, claim::distinct_tenants};
use crate::{error::Result, pool::DeliveryDb};

impl DeliveryDb {
    /// Puts rows of these lanes whose time has come into the queue, the longest due first, at most `limit`. Returns how
    /// many.
    pub async fn plan_due(&self, lanes: &[LaneKey], now: OffsetDateTime, limit: u32) -> Result<u64> {
        let set = distinct_tenants(lanes.iter().copied());
        let tenants: Vec<_> = lanes.iter().map(|lane| lane.tenant_id.uuid()).collect();
        let numbers: Vec<_> = lanes.iter().map(|lane| lane.phone_number_id.uuid()).collect();
        let mut tx = self.begin(&set).await?;
        let planned = sqlx::query!(
            "with due as (
               select a.tenant_id, a.id
               from send_attempts a
               where a.state = 9
                 and a.not_before <= $3
                 and (a.tenant_id, a.phone_number_id) in (select * from unnest($1::uuid[], $2::uuid[]))
               order by a.not_before
               limit $4
               for update skip locked)
             update send_attempts a
             set state = 0
             from due
             where a.tenant_id = due.tenant_id
               and a.id = due.id",
            &tenants,
            &numbers,
            now,
            i64::from(limit),
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(planned.rows_affected())
    }
}

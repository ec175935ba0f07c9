//! Messages written for later: into the queue when the product's clock has come to their time.

use tokio::time::Instant;

use super::{HOT_TICK, Runner};

/// Most tenants in one statement.
const TENANTS_PER_STATEMENT: usize = 1_000;

impl Runner {
    /// Plans what is due of the tenants whose lanes are here, beginning with another one each time. What is left comes
    /// with the next look, which then is soon.
    pub(super) async fn plan_due(&mut self) {
        let mut tenants: Vec<_> = self.lanes.keys().map(|lane| lane.tenant_id).collect();
        tenants.dedup();
        if tenants.is_empty() {
            return;
        }
        let first = self.turn % tenants.len();
        tenants.rotate_left(first);
        for tenants in tenants.chunks(TENANTS_PER_STATEMENT) {
            match self
                .context
                .delivery_db()
                .plan_due(tenants, self.context.now())
                .await
            {
                Ok(0) => {}
                Ok(_) => self.poll_at = self.poll_at.min(Instant::now() + HOT_TICK),
                Err(error) => tracing::warn!(%error, "messages written for later could not be planned"),
            }
        }
    }
}

//! Messages written for later: into the queue when the product's clock has come to their time.

use tokio::time::Instant;

use super::{HOT_TICK, Runner};

/// Most rows in one statement: a hundred thousand messages for nine o'clock must not lock the ledger.
const ROWS_PER_STATEMENT: u32 = 500;
/// Most lanes in one statement.
const LANES_PER_STATEMENT: usize = 1_000;

impl Runner {
    /// Plans what is due. What is left comes with the next look, which then is soon.
    pub(super) async fn plan_due(&mut self) {
        let lanes: Vec<_> = self.lanes.keys().copied().collect();
        for lanes in lanes.chunks(LANES_PER_STATEMENT) {
            let (db, now) = (self.context.delivery_db(), self.context.now());
            match db.plan_due(lanes, now, ROWS_PER_STATEMENT).await {
                Ok(planned) if planned == u64::from(ROWS_PER_STATEMENT) => {
                    self.poll_at = self.poll_at.min(Instant::now() + HOT_TICK);
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "messages written for later could not be planned"),
            }
        }
    }
}

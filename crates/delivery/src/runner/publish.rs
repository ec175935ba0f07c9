//! What each lane does, told once a second.

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::event::DomainEvent;
use store::{
    TenantScope,
    delivery::{LaneKey, LaneReport},
    outbox,
};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::{Runner, Slot};
use crate::context::Context;

/// How often lanes that do something are told of.
const PUBLISH_EVERY: Duration = Duration::from_secs(1);
/// How often all of them are: a queue may have grown without a word to this process.
const PUBLISH_ALL_EVERY: Duration = Duration::from_secs(30);
/// Most lanes in one statement.
const LANES_PER_STATEMENT: usize = 1_000;

impl Runner {
    pub(super) fn publish(&mut self, hints: &HashSet<LaneKey>) {
        let now = Instant::now();
        for lane in hints {
            if let Some(slot) = self.lanes.get_mut(lane) {
                slot.hinted = true;
            }
        }
        if now < self.publish_at {
            return;
        }
        self.publish_at = now + PUBLISH_EVERY;
        let all = now >= self.publish_all_at;
        if all {
            self.publish_all_at = now + PUBLISH_ALL_EVERY;
        }
        let (now_us, product_now) = (self.context.line.now_us(), self.context.now());
        let mut changed = Vec::new();
        let mut reports = Vec::new();
        for slot in self.lanes.values_mut() {
            let report = slot.report(now_us, product_now);
            let former = slot.told.as_ref();
            if former.map(|told| told.breaker).unwrap_or_default() != report.breaker {
                changed.push((slot.lane.scope.clone(), slot.lane.key));
            }
            let busy = slot.hot || slot.hinted || report.in_flight > 0;
            if all || busy || former != Some(&report) {
                slot.hinted = false;
                slot.told = Some(report.clone());
                reports.push(report);
            }
        }
        if !reports.is_empty() {
            self.chores
                .spawn(tell(Arc::clone(&self.context), product_now, reports, changed));
        }
    }
}

impl Slot {
    fn report(&self, now_us: u64, now: OffsetDateTime) -> LaneReport {
        let told = self.lane.breaker.told(now_us);
        let next_try = told.next_try_us.map(|at_us| {
            let ahead = i64::try_from(at_us.saturating_sub(now_us)).unwrap_or(i64::MAX);
            now + time::Duration::microseconds(ahead)
        });
        LaneReport {
            key: self.lane.key,
            in_flight: self.lane.open_count(),
            allowed_mps: self.lane.gate.per_second(),
            calls: self.lane.take_calls(),
            breaker: told.state,
            breaker_reason: told.reason,
            next_try_at: next_try,
        }
    }
}

async fn tell(
    context: Arc<Context>,
    now: OffsetDateTime,
    reports: Vec<LaneReport>,
    changed: Vec<(TenantScope, LaneKey)>,
) {
    let told = async {
        for reports in reports.chunks(LANES_PER_STATEMENT) {
            context.delivery_db().publish_lanes(now, reports).await?;
        }
        for (scope, lane) in &changed {
            let mut tx = context.tenant_db().begin(scope).await?;
            let event = DomainEvent::NumberUpdated {
                phone_number_id: lane.phone_number_id,
            };
            outbox::push(&mut tx, now, &[event]).await?;
            tx.commit().await?;
        }
        Ok::<_, store::Error>(())
    };
    match told.await {
        Ok(()) if changed.is_empty() => {}
        Ok(()) => context.deps.events_wake.notify_one(),
        Err(error) => tracing::warn!(%error, "what lanes do could not be published"),
    }
}

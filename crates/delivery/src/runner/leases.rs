//! Leases of lanes: adopting, renewing, releasing, and what former owners and lost answers left behind.

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::limits::PAIR_INTERVAL_US;
use store::delivery::{LaneKey, expire_unknown, former, orphans_to_unknown};
use tokio::time::Instant;

use super::{Runner, Slot};
use crate::{budgets::FORMER_CALLS, context::Context, lane::Lane, timeline::micros};

/// How often free lanes are looked for without a hint: what a process that ends leaves behind.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often lanes are taken whatever the look says: the answer to an earlier call may have been lost.
const ADOPT_EVERY: Duration = Duration::from_secs(5);
/// How often answers that never came are looked for.
const CHORES_EVERY: Duration = Duration::from_secs(20);
/// How long a lost answer is waited for before a person decides.
const UNKNOWN_FOR: time::Duration = time::Duration::minutes(10);

impl Runner {
    /// Does what is due. Failures are logged and come round again.
    pub(super) async fn keep_leases(&mut self, hints: &HashSet<LaneKey>) {
        let now = Instant::now();
        let unknown_lane = hints.iter().any(|lane| !self.lanes.contains_key(lane));
        if now >= self.renew_at {
            self.renew_at = now + self.context.config.lease / 4;
            self.reconcile = true;
            self.renew().await;
        }
        if now >= self.adopt_at || unknown_lane || self.finds_a_free_lane(now).await {
            self.adopt_at = now + ADOPT_EVERY;
            self.adopt().await;
        }
        if self.lanes.values().any(|slot| !slot.swept) {
            self.sweep().await;
        }
        if self.reconcile {
            self.return_uncalled().await;
        }
        if now >= self.chores_at {
            self.chores_at = now + CHORES_EVERY;
            self.context.prune();
            let lanes: Vec<_> = self.lanes.values().map(|slot| Arc::clone(&slot.lane)).collect();
            lanes.iter().for_each(|lane| lane.pairs.prune(self.context.now()));
            self.chores.spawn(chores(Arc::clone(&self.context), lanes));
        }
    }

    async fn finds_a_free_lane(&mut self, now: Instant) -> bool {
        if now < self.look_at {
            return false;
        }
        self.look_at = now + LOOK_EVERY;
        let full = self.lanes.len() >= usize::try_from(self.context.config.lanes_max).unwrap_or(usize::MAX);
        !full && self.context.delivery_db().lane_is_free().await.unwrap_or(false)
    }

    /// A call may begin only this long after the lease was asked for: a fifth is kept for clocks and calls to end.
    fn valid_until_us(&self, asked_us: u64) -> u64 {
        asked_us + micros(self.context.config.lease) / 5 * 4
    }

    /// False when the database did not answer.
    async fn renew(&mut self) -> bool {
        if self.lanes.is_empty() {
            return true;
        }
        let asked_us = self.context.line.now_us();
        let held: Vec<_> = self.lanes.values().map(|slot| slot.lane.held()).collect();
        let config = &self.context.config;
        let renewed = self
            .context
            .delivery_db()
            .renew_lanes(self.context.owner, config.lease, &held)
            .await;
        let renewed = match renewed {
            Ok(renewed) => renewed,
            Err(error) => {
                tracing::warn!(%error, "leases could not be renewed");
                return false;
            }
        };
        let valid_until_us = self.valid_until_us(asked_us);
        let mut kept = HashSet::new();
        for lane in renewed {
            kept.insert(lane.key);
            if let Some(slot) = self.lanes.get(&lane.key) {
                slot.lane.extend(valid_until_us);
                slot.lane
                    .gate
                    .refresh(lane.throughput_mps, self.context.line.now_us());
            }
        }
        self.lanes.retain(|key, slot| {
            let ours = kept.contains(key);
            if !ours {
                slot.lane.lose();
                tracing::warn!(number = %key.phone_number_id, "a lane went to another owner");
            }
            ours
        });
        true
    }

    async fn adopt(&mut self) {
        // Leases that ran out while the database was away are still ours as long as nobody took them: renewed, they keep
        // their rows; adopted anew, their rows would count as unknown.
        let now_us = self.context.line.now_us();
        if self.lanes.values().any(|slot| !slot.lane.is_valid(now_us)) && !self.renew().await {
            return;
        }
        let config = &self.context.config;
        let held: Vec<_> = self.lanes.keys().copied().collect();
        let limit = config
            .lanes_max
            .saturating_sub(u32::try_from(held.len()).unwrap_or(u32::MAX));
        if limit == 0 {
            return;
        }
        let (db, tenants) = (self.context.delivery_db(), self.context.tenant_db());
        let asked_us = self.context.line.now_us();
        let adopted = db
            .adopt_lanes(tenants, self.context.owner, config.lease, limit, &held)
            .await;
        let adopted = match adopted {
            Ok(adopted) => adopted,
            Err(error) => return tracing::warn!(%error, "lanes could not be taken"),
        };
        let (now_us, valid_until_us) = (self.context.line.now_us(), self.valid_until_us(asked_us));
        for adopted in adopted {
            let (key, lane) = (
                adopted.key,
                Arc::new(Lane::adopted(adopted, now_us, valid_until_us)),
            );
            let slot = Slot {
                lane,
                hot: true,
                swept: false,
                queued: None,
                hinted: true,
                told: None,
            };
            if let Some(former) = self.lanes.insert(key, slot) {
                former.lane.lose();
            }
        }
    }

    /// Calls of former owners become `unknown`, and count against the budgets, before the lane's first claim.
    async fn sweep(&mut self) {
        let fresh = self
            .lanes
            .values()
            .filter(|slot| !slot.swept)
            .map(|slot| Arc::clone(&slot.lane));
        let fresh: Vec<_> = fresh.collect();
        let found = match self.former_owners(&fresh).await {
            Ok(found) => found,
            Err(error) => return tracing::warn!(%error, "former owners' calls could not be looked for"),
        };
        for lane in fresh {
            let orphaned = found.0.contains(&lane.key);
            let done = (!orphaned || orphans(&self.context, &lane).await)
                && (!found.1.contains(&lane.key) || take_over(&self.context, &lane).await);
            if let Some(slot) = self.lanes.get_mut(&lane.key) {
                slot.swept = done;
            }
        }
    }

    /// Lanes with calls that nobody recorded, and lanes with calls or waits that still count.
    async fn former_owners(&self, fresh: &[Arc<Lane>]) -> store::Result<(Vec<LaneKey>, Vec<LaneKey>)> {
        let db = self.context.delivery_db();
        let epochs: Vec<_> = fresh.iter().map(|lane| (lane.key, lane.epoch)).collect();
        let keys: Vec<_> = fresh.iter().map(|lane| lane.key).collect();
        let orphaned = db.lanes_with_orphans(&epochs).await?;
        Ok((
            orphaned,
            db.lanes_with_former(&keys, self.context.now() - FORMER_CALLS)
                .await?,
        ))
    }

    /// Rows that were claimed, but whose claim's answer was lost, were never called.
    async fn return_uncalled(&mut self) {
        let lanes: Vec<_> = self.lanes.values().map(|slot| &slot.lane).collect();
        match return_rows(&self.context, &lanes).await {
            Ok(()) => self.reconcile = false,
            Err(error) => tracing::warn!(%error, "rows that were not called could not be returned"),
        }
    }
}

async fn return_rows(context: &Context, lanes: &[&Arc<Lane>]) -> store::Result<()> {
    if lanes.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = lanes.iter().map(|lane| (lane.key, lane.epoch)).collect();
    let open: Vec<_> = lanes.iter().flat_map(|lane| lane.open_rows()).collect();
    let returned = context.delivery_db().return_uncalled(&keys, &open).await?;
    if returned > 0 {
        tracing::info!(returned, "rows that were not called went back into the queue");
    }
    Ok(())
}

async fn orphans(context: &Context, lane: &Lane) -> bool {
    let done = async {
        let mut tx = context.tenant_db().begin(&lane.scope).await?;
        let count = orphans_to_unknown(&mut tx, lane.key.phone_number_id, lane.epoch, context.now()).await?;
        tx.commit().await?;
        Ok::<_, store::Error>(count)
    };
    match done.await {
        Ok(count) => {
            tracing::warn!(number = %lane.key.phone_number_id, count, "calls of a former owner are unknown");
            context.deps.events_wake.notify_one();
            true
        }
        Err(error) => {
            tracing::warn!(%error, "former owners' calls could not be marked");
            false
        }
    }
}

/// Budgets go on where former owners stopped, and what waits in a conversation is not overtaken.
async fn take_over(context: &Context, lane: &Lane) -> bool {
    let (now, number) = (context.now(), lane.key.phone_number_id);
    let interval = Duration::from_micros(PAIR_INTERVAL_US);
    let read = async {
        let mut tx = context.tenant_db().begin(&lane.scope).await?;
        former(&mut tx, number, now - FORMER_CALLS, interval, now).await
    };
    match read.await {
        Ok(former) => {
            lane.pairs.resume(&former);
            for (conversation, until) in former.holds {
                context.hold(conversation, until);
            }
            true
        }
        Err(error) => {
            tracing::warn!(%error, %number, "former owners' calls could not be read");
            false
        }
    }
}

/// Answers that never came.
async fn chores(context: Arc<Context>, lanes: Vec<Arc<Lane>>) {
    if let Err(error) = try_chores(&context, &lanes).await {
        tracing::warn!(%error, "delivery's chores come round again");
    }
}

async fn try_chores(context: &Context, lanes: &[Arc<Lane>]) -> store::Result<()> {
    let now = context.now();
    let keys: Vec<_> = lanes.iter().map(|lane| lane.key).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let stale = context
        .delivery_db()
        .lanes_with_stale_unknown(&keys, now - UNKNOWN_FOR)
        .await?;
    let mut moved = 0;
    for lane in lanes.iter().filter(|lane| stale.contains(&lane.key)) {
        let mut tx = context.tenant_db().begin(&lane.scope).await?;
        moved += expire_unknown(&mut tx, lane.key.phone_number_id, now - UNKNOWN_FOR, now).await?;
        tx.commit().await?;
    }
    if moved > 0 {
        context.deps.events_wake.notify_one();
    }
    Ok(())
}

/// Returns what was not called and gives the lanes back.
pub(super) async fn release(context: &Arc<Context>, lanes: &[Arc<Lane>]) {
    if lanes.is_empty() {
        return;
    }
    let released = async {
        return_rows(context, &lanes.iter().collect::<Vec<_>>()).await?;
        let held: Vec<_> = lanes.iter().map(|lane| lane.held()).collect();
        context.delivery_db().release_lanes(context.owner, &held).await
    };
    if let Err(error) = released.await {
        tracing::warn!(%error, "lanes could not be released; they run out by themselves");
    }
}

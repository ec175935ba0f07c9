//! The loop: keeps leases, claims fairly, hands batches to tasks.

mod leases;
mod publish;
mod scheduled;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use store::delivery::{Claimed, LaneKey, LaneReport, Want};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    batch::{Batch, deliver},
    breaker::Claims,
    context::Context,
    fair::{Demand, share},
    jobs,
    lane::Lane,
    recorder::{self, Item},
};

/// How often a lane that had more than it could take is looked at again.
const HOT_TICK: Duration = Duration::from_millis(40);
/// Most lanes in one claim.
const LANES_PER_CLAIM: usize = 256;
/// Rows that a lane may take on a mere look; when it takes them all it gets its full share at once.
const ROWS_ON_A_LOOK: u32 = 4;
/// How often a lane that ends is looked at.
const DRAIN_TICK: Duration = Duration::from_millis(20);
/// How long recording may take at shutdown.
const RECORD_GRACE: Duration = Duration::from_secs(5);

struct Slot {
    lane: Arc<Lane>,
    /// It had more than it could take.
    hot: bool,
    /// Calls of former owners are accounted for; before that nothing is claimed.
    swept: bool,
    /// Cancelled when its last batch has queued its conversations.
    queued: Option<CancellationToken>,
    /// Somebody woke it since it was last told of.
    hinted: bool,
    /// What was told of it last.
    told: Option<LaneReport>,
}

struct Runner {
    context: Arc<Context>,
    stop: CancellationToken,
    lanes: BTreeMap<LaneKey, Slot>,
    batches: JoinSet<()>,
    chores: JoinSet<()>,
    results: UnboundedSender<Item>,
    /// Where the next round of claims begins, so that nobody is always first.
    turn: usize,
    /// A claim's answer was lost, or a row was claimed twice: look for rows that nobody works on.
    reconcile: bool,
    poll_at: Instant,
    look_at: Instant,
    adopt_at: Instant,
    renew_at: Instant,
    chores_at: Instant,
    publish_at: Instant,
    publish_all_at: Instant,
}

pub(crate) async fn run(context: Arc<Context>, stop: CancellationToken) {
    let (results, received) = unbounded_channel();
    let recorder = AbortOnDropHandle::new(tokio::spawn(recorder::run(Arc::clone(&context), received)));
    let jobs = AbortOnDropHandle::new(tokio::spawn(jobs::run(Arc::clone(&context), stop.clone())));
    let now = Instant::now();
    let mut runner = Runner {
        context,
        stop: stop.clone(),
        lanes: BTreeMap::new(),
        batches: JoinSet::new(),
        chores: JoinSet::new(),
        results,
        turn: 0,
        reconcile: false,
        poll_at: now,
        look_at: now,
        adopt_at: now,
        renew_at: now,
        chores_at: now,
        publish_at: now,
        publish_all_at: now,
    };
    while !stop.is_cancelled() {
        let hints = runner.context.hints.take();
        runner.keep_leases(&hints).await;
        runner.claim(&hints).await;
        runner.publish(&hints);
        runner.wait().await;
    }
    let lanes = runner.drain().await;
    let _ = timeout(RECORD_GRACE, recorder).await;
    leases::release(&lanes.0, &lanes.1).await;
    let _ = jobs.await;
}

impl Runner {
    /// Sleeps until there is something to do.
    async fn wait(&mut self) {
        let hot = self.lanes.values().any(|slot| slot.hot);
        let mut next = self
            .poll_at
            .min(self.look_at)
            .min(self.renew_at)
            .min(self.publish_at);
        if hot {
            next = next.min(Instant::now() + HOT_TICK);
        }
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.context.hints.woken.notified() => {}
            () = sleep_until(next) => {}
        }
        while let Some(ended) = self.batches.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "a batch ended abnormally; its rows stay claimed");
            }
        }
        while self.chores.try_join_next().is_some() {}
    }

    async fn claim(&mut self, hints: &HashSet<LaneKey>) {
        let now = Instant::now();
        let look_at_all = now >= self.poll_at;
        if look_at_all {
            self.poll_at = now + self.context.config.poll;
            self.plan_due().await;
        }
        let wants = self.wants(hints, look_at_all);
        for wants in wants.chunks(LANES_PER_CLAIM) {
            let claim =
                self.context
                    .delivery_db()
                    .claim_attempts(self.context.owner, self.context.now(), wants);
            match claim.await {
                Ok(claimed) => self.hand_out(wants, claimed),
                Err(error) => {
                    tracing::warn!(%error, "a claim failed");
                    self.reconcile = true;
                }
            }
        }
    }

    /// What each lane may claim now.
    fn wants(&mut self, hints: &HashSet<LaneKey>, look_at_all: bool) -> Vec<Want> {
        let now_us = self.context.line.now_us();
        let mut lanes: Vec<_> = self.lanes.values_mut().filter(|slot| slot.swept).collect();
        if lanes.is_empty() {
            return Vec::new();
        }
        self.turn = (self.turn + 1) % lanes.len();
        lanes.rotate_left(self.turn);
        lanes.retain(|slot| {
            let asked = look_at_all || slot.hot || hints.contains(&slot.lane.key);
            let lane = &slot.lane;
            let open = lane.breaker.claims(now_us, lane.open_count()) != Claims::None;
            asked && open && lane.is_valid(now_us) && !lane.rests(now_us)
        });
        let demands: Vec<_> = lanes
            .iter_mut()
            .map(|slot| {
                let hinted = hints.contains(&slot.lane.key);
                let probe = slot.lane.breaker.claims(now_us, 0) == Claims::One;
                let room = if probe { 1 } else { budget(&slot.lane) };
                let room = if slot.hot || hinted {
                    room
                } else {
                    room.min(ROWS_ON_A_LOOK)
                };
                slot.hot |= hinted && room == 0;
                Demand {
                    open: slot.lane.open_count(),
                    room,
                }
            })
            .collect();
        let grants = share(&demands, self.context.free());
        let wants = lanes.iter().zip(grants).filter(|(_, rows)| *rows > 0);
        wants
            .map(|(slot, rows)| Want {
                lane: slot.lane.key,
                epoch: slot.lane.epoch,
                rows,
            })
            .collect()
    }

    /// Makes a batch of each lane's rows.
    fn hand_out(&mut self, wants: &[Want], claimed: Vec<Claimed>) {
        let mut by_lane: BTreeMap<LaneKey, Vec<Claimed>> = BTreeMap::new();
        for row in claimed {
            by_lane.entry(row.lane).or_default().push(row);
        }
        for want in wants {
            let mut rows = by_lane.remove(&want.lane).unwrap_or_default();
            let Some(slot) = self.lanes.get_mut(&want.lane) else {
                continue;
            };
            slot.hot = rows.len() >= usize::try_from(want.rows).unwrap_or(usize::MAX);
            let found = rows.len();
            rows.retain(|row| slot.lane.open(row.attempt_id));
            self.reconcile |= rows.len() < found;
            if rows.is_empty() {
                continue;
            }
            self.context
                .open
                .fetch_add(u32::try_from(rows.len()).unwrap_or(0), Ordering::SeqCst);
            let queued = CancellationToken::new();
            let batch = Batch {
                lane: Arc::clone(&slot.lane),
                rows,
                halts: slot.lane.halts(),
                after: slot
                    .queued
                    .replace(queued.clone())
                    .filter(|former| !former.is_cancelled()),
                queued: queued.drop_guard(),
                results: self.results.clone(),
            };
            self.batches
                .spawn(deliver(Arc::clone(&self.context), batch, self.stop.clone()));
        }
    }

    /// Waits for calls under way, at most the grace; what is not called by now goes to the recorder as deferred. A lane
    /// goes back as soon as nothing of it is under way, so that its next owner need not wait for the others.
    async fn drain(self) -> (Arc<Context>, Vec<Arc<Lane>>) {
        let deadline = Instant::now() + self.context.config.grace;
        let mut left: Vec<_> = self.lanes.values().map(|slot| Arc::clone(&slot.lane)).collect();
        loop {
            let (idle, busy): (Vec<_>, Vec<_>) = left.into_iter().partition(|lane| lane.open_count() == 0);
            leases::release(&self.context, &idle).await;
            left = busy;
            if left.is_empty() {
                break;
            }
            if Instant::now() >= deadline {
                tracing::warn!(
                    lanes = left.len(),
                    "calls did not end in time; their messages become unknown"
                );
                break;
            }
            sleep(DRAIN_TICK).await;
        }
        (self.context, left)
    }
}

/// How many rows the lane has room for: every budget that bounds a claim is counted here. Half a second of tokens waits in
/// memory at most, and two seconds of them are under way at most.
fn budget(lane: &Lane) -> u32 {
    let rate = lane.gate.per_second();
    let ahead = (rate / 2).max(2).saturating_sub(lane.waiting());
    let under_way = (rate * 2).max(8).saturating_sub(lane.open_count());
    ahead.min(under_way)
}

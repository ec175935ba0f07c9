//! What the parts of one running delivery role share.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domain::ConversationId;
use store::{DeliveryDb, TenantDb, delivery::LaneKey, vault::Vault};
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Deps, timeline::TimeLine};

/// How the delivery role runs.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a lane stays ours without word from us, at least 3 s. A crashed process's lanes stand still this long.
    pub lease: Duration,
    /// How often planned rows are looked for without a hint.
    pub poll: Duration,
    /// Most lanes that this process holds.
    pub lanes_max: u32,
    /// Most rows that this process has claimed and not recorded; what a crash can turn into `unknown`.
    pub open_max: u32,
    /// Most jobs that run at once.
    pub jobs_max: u32,
    /// How long shutdown waits for calls under way.
    pub grace: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(15),
            poll: Duration::from_millis(500),
            lanes_max: 10_000,
            open_max: 2_048,
            jobs_max: 8,
            grace: Duration::from_secs(10),
        }
    }
}

/// Lanes and jobs that somebody woke.
#[derive(Default)]
pub(crate) struct Hints {
    lanes: Mutex<HashSet<LaneKey>>,
    pub(crate) woken: Notify,
    pub(crate) jobs: Notify,
}

impl Hints {
    pub(crate) fn add(&self, lane: LaneKey) {
        self.lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(lane);
        self.woken.notify_one();
    }

    pub(crate) fn take(&self) -> HashSet<LaneKey> {
        std::mem::take(&mut *self.lanes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(crate) struct Context {
    pub(crate) deps: Deps,
    pub(crate) config: Config,
    pub(crate) hints: Arc<Hints>,
    /// Who holds the leases.
    pub(crate) owner: Uuid,
    pub(crate) line: TimeLine,
    /// Rows of all lanes that are claimed and not recorded.
    pub(crate) open: AtomicU32,
    /// Conversations whose next message waits: one that failed for now must not be overtaken.
    holds: Mutex<HashMap<ConversationId, OffsetDateTime>>,
    /// For each conversation with messages under way, the end of the last one.
    tails: Mutex<HashMap<ConversationId, CancellationToken>>,
}

impl Context {
    /// Waits for the database and reads its clock; `None` when shut down before.
    pub(crate) async fn open(
        deps: Deps,
        config: Config,
        hints: Arc<Hints>,
        shutdown: &CancellationToken,
    ) -> Option<Self> {
        let anchor_us = loop {
            match deps.delivery.real_time_us().await {
                Ok(us) => break us,
                Err(error) => tracing::warn!(%error, "delivery waits for the database"),
            }
            shutdown
                .run_until_cancelled(tokio::time::sleep(Duration::from_secs(1)))
                .await?;
        };
        Some(Self {
            owner: deps.ids.uuid(),
            line: TimeLine::anchored(anchor_us),
            deps,
            config,
            hints,
            open: AtomicU32::new(0),
            holds: Mutex::default(),
            tails: Mutex::default(),
        })
    }

    pub(crate) const fn tenant_db(&self) -> &TenantDb {
        &self.deps.tenant
    }

    pub(crate) const fn delivery_db(&self) -> &DeliveryDb {
        &self.deps.delivery
    }

    pub(crate) const fn vault(&self) -> &Vault {
        &self.deps.vault
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.deps.clock.now()
    }

    /// Rows that may still be claimed.
    pub(crate) fn free(&self) -> u32 {
        self.config
            .open_max
            .saturating_sub(self.open.load(Ordering::SeqCst))
    }

    /// Until when the conversation waits, if it does.
    pub(crate) fn held_until(&self, conversation: ConversationId) -> Option<OffsetDateTime> {
        let now = self.now();
        let holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        holds.get(&conversation).copied().filter(|until| *until > now)
    }

    /// The conversation waits until `until`.
    pub(crate) fn hold(&self, conversation: ConversationId, until: OffsetDateTime) {
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = holds.entry(conversation).or_insert(until);
        *entry = until.max(*entry);
    }

    /// Forgets what is over.
    pub(crate) fn prune(&self) {
        let now = self.now();
        self.holds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, until| *until > now);
        self.tails
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, end| !end.is_cancelled());
    }

    /// Queues behind what is under way in the conversation: returns its end, and remembers `end` as the new one.
    pub(crate) fn queue_behind(
        &self,
        conversation: ConversationId,
        end: CancellationToken,
    ) -> Option<CancellationToken> {
        let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        tails
            .insert(conversation, end)
            .filter(|former| !former.is_cancelled())
    }
}

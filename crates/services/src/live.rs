//! The live hub: one tailer of the outbox per process, one channel per tenant, streams that resume without a gap.

mod stream;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use dashmap::DashMap;
use domain::TenantId;
use store::{
    EventsDb,
    outbox::{Position, Stored},
};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

pub use stream::{Frame, Subscription};

/// How often the outbox is looked at without a wake-up: events of other processes wait at most this long.
const POLL: Duration = Duration::from_millis(100);
/// Pause after a failed read.
const RETRY: Duration = Duration::from_secs(1);
/// Events a slow client may lag before it is cut; it resumes from the outbox.
const CHANNEL_CAPACITY: usize = 1_024;

/// Hands events of the outbox to live streams; cheap to clone.
#[derive(Clone, Default)]
pub struct Hub {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    wake: Arc<Notify>,
    events: OnceLock<EventsDb>,
    channels: DashMap<TenantId, broadcast::Sender<Arc<Stored>>>,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hub")
    }
}

impl Hub {
    /// Something was committed in this process: look at the outbox now.
    pub fn wake(&self) {
        self.inner.wake.notify_one();
    }

    /// The notifier behind [`Self::wake`], for crates that know no hub.
    #[must_use]
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.inner.wake)
    }

    /// True for a place after which every event is still kept. It is false for a place that the outbox has not reached,
    /// which the client has from another database, and for one whose followers are gone by age.
    pub(crate) async fn knows(&self, position: Position) -> store::Result<bool> {
        let Some(events) = self.inner.events.get() else {
            return Ok(true);
        };
        if position > events.outbox_head().await? {
            return Ok(false);
        }
        Ok(events
            .outbox_oldest()
            .await?
            .is_some_and(|oldest| oldest <= position))
    }

    pub(crate) fn subscribe(&self, tenant: TenantId) -> broadcast::Receiver<Arc<Stored>> {
        self.inner
            .channels
            .entry(tenant)
            .or_insert_with(|| broadcast::channel(CHANNEL_CAPACITY).0)
            .subscribe()
    }

    /// Tails the outbox until told to stop; then every stream ends.
    pub async fn run(self, db: EventsDb, shutdown: CancellationToken) {
        let db = self.inner.events.get_or_init(|| db);
        let mut position = None;
        while !shutdown.is_cancelled() {
            let pause = match self.step(db, &mut position).await {
                Ok(true) => continue,
                Ok(false) => POLL,
                Err(error) => {
                    tracing::warn!(%error, "outbox tailer: reading failed, trying again");
                    RETRY
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.inner.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.inner.channels.clear();
    }

    async fn step(&self, db: &EventsDb, position: &mut Option<Position>) -> store::Result<bool> {
        let after = match *position {
            Some(after) => after,
            None => *position.insert(db.outbox_head().await?),
        };
        let tail = db.outbox_after(after).await?;
        for event in tail.events {
            *position = Some(event.position);
            self.dispatch(event);
        }
        Ok(tail.more)
    }

    fn dispatch(&self, event: Stored) {
        let tenant = event.tenant_id;
        let unheard = match self.inner.channels.get(&tenant) {
            Some(channel) => channel.send(Arc::new(event)).is_err(),
            None => return,
        };
        if unheard {
            self.inner
                .channels
                .remove_if(&tenant, |_, channel| channel.receiver_count() == 0);
        }
    }
}

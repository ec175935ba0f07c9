//! Layer 4: delivery. Works off the send ledger: a business number is a lane, owned by lease, paced by its bucket; a
//! row is claimed before the call and its outcome recorded after it. Also runs the small jobs that wait for a peer.
//! It must never know SQL, HTTP, a concrete provider, a connector or a campaign's audience.

mod batch;
mod breaker;
mod budgets;
mod call;
mod context;
mod fair;
mod gate;
mod jobs;
mod lane;
mod plan;
mod recorder;
mod runner;
mod timeline;
mod verdict;

use std::sync::Arc;

use domain::{
    Clock, Ids, PhoneNumberId, TenantId,
    ports::{BlobStore, ChannelProvider, LaneWaker, Mailer},
};
use store::{DeliveryDb, TenantDb, delivery::LaneKey, vault::Vault};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use context::Config;
use context::{Context, Hints};

/// What delivery works with.
#[derive(Clone)]
pub struct Deps {
    /// Reads content and writes results, one tenant at a time.
    pub tenant: TenantDb,
    /// Moves leases, queues and jobs of many tenants.
    pub delivery: DeliveryDb,
    /// Opens the tenants' tokens.
    pub vault: Vault,
    /// Makes the calls.
    pub provider: Arc<dyn ChannelProvider>,
    /// Holds media bytes.
    pub blobs: Arc<dyn BlobStore>,
    /// Sends mail; `None` while mail is off.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// The product's time: windows, waits, the ledger. Leases and buckets use real time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids, and the fractions for jitter.
    pub ids: Ids,
    /// Told after every commit that wrote events.
    pub events_wake: Arc<Notify>,
}

/// Wakes lanes and jobs of this process; cheap to clone.
#[derive(Clone)]
pub struct Handle {
    hints: Arc<Hints>,
}

impl Handle {
    /// There may be a job: media to fetch, a read receipt to send.
    pub fn wake_jobs(&self) {
        self.hints.jobs.notify_one();
    }
}

impl LaneWaker for Handle {
    fn wake(&self, tenant: TenantId, number: PhoneNumberId) {
        self.hints.add(LaneKey {
            tenant_id: tenant,
            phone_number_id: number,
        });
    }
}

/// The delivery role of one process.
pub struct Delivery {
    deps: Deps,
    config: Config,
    hints: Arc<Hints>,
}

impl Delivery {
    /// A delivery role that does not run yet, and what wakes it.
    #[must_use]
    pub fn new(deps: Deps, config: Config) -> (Self, Handle) {
        let hints = Arc::new(Hints::default());
        (
            Self {
                deps,
                config,
                hints: Arc::clone(&hints),
            },
            Handle { hints },
        )
    }

    /// Runs until `shutdown`: then claims nothing more, waits for calls under way (at most [`Config::grace`]), returns
    /// what was not called to the queue and releases the lanes. Dropped instead, it stops where it stands, and the next
    /// owner marks what was claimed as unknown. Never fails: a database that is away is waited for.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), std::convert::Infallible> {
        if let Some(context) = Context::open(self.deps, self.config, self.hints, &shutdown).await {
            runner::run(Arc::new(context), shutdown).await;
        }
        Ok(())
    }

    /// Starts the role on `tracker` and returns what wakes it.
    pub fn start(deps: Deps, config: Config, shutdown: CancellationToken, tracker: &TaskTracker) -> Handle {
        let (delivery, handle) = Self::new(deps, config);
        tracker.spawn(delivery.run(shutdown));
        handle
    }
}

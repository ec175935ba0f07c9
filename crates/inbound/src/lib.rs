//! Layer 6: inbound. The webhook gateway (handshake, signature, raw log, then 200) and the normalizer that turns the
//! raw log into the model. It must never know a concrete provider, product services or the API; it reads webhooks
//! through `domain::ports::InboundAdapter` and reaches data through `store`'s ingest role only.

pub mod config;
pub mod gateway;

mod apps;
mod backoff;
mod handoff;
mod normalizer;
mod writer;

use std::sync::Arc;

use domain::{Clock, Ids, ports::InboundAdapter, replay::ReplayReport};
use store::{IngestDb, ingest::ReplayRange, vault::Vault};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use config::Config;
pub use gateway::Gateway;

/// What a committed batch left for others in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// True when there are new jobs, such as media to fetch; events there always are.
    pub jobs: bool,
}

/// Called after each committed batch that wrote events: wake the outbox tailer, and the job runner when it says so.
/// A hint only; must return at once.
pub type Wake = Arc<dyn Fn(Committed) + Send + Sync>;

/// What the gateway and the normalizer need from outside.
#[derive(Clone)]
pub struct Deps {
    /// Pool of the ingest role: two connections per stream, and four more.
    pub db: IngestDb,
    /// Opens app secrets.
    pub vault: Vault,
    /// Reads the provider's webhooks.
    pub adapter: Arc<dyn InboundAdapter>,
    /// Domain clock.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and jitter.
    pub ids: Ids,
    /// Called after commits.
    pub wake: Wake,
}

/// The inbound roles of one process.
#[derive(Debug)]
pub struct Inbound;

impl Inbound {
    /// Starts both roles; committed bodies go to the normalizer in memory. When `shutdown` is cancelled the gateway
    /// answers 503, writers store what they took and give their streams back; wait on `tracker`.
    #[must_use]
    pub fn start(deps: Deps, config: Config, shutdown: &CancellationToken, tracker: &TaskTracker) -> Gateway {
        let handoff = handoff::Registry::default();
        normalizer::start(deps.clone(), config.clone(), handoff.clone(), shutdown, tracker);
        gateway::start(deps, config, handoff, shutdown, tracker)
    }

    /// Starts the gateway alone: another process normalizes.
    #[must_use]
    pub fn start_gateway(
        deps: Deps,
        config: Config,
        shutdown: &CancellationToken,
        tracker: &TaskTracker,
    ) -> Gateway {
        gateway::start(deps, config, handoff::Registry::default(), shutdown, tracker)
    }

    /// Starts the normalizer alone: it follows the raw log by cursor.
    pub fn start_normalizer(deps: Deps, config: Config, shutdown: &CancellationToken, tracker: &TaskTracker) {
        normalizer::start(deps, config, handoff::Registry::default(), shutdown, tracker);
    }

    /// Normalizes what the raw log holds after the cursors, stream by stream, and returns when nothing is left: for a
    /// replay, after [`IngestDb::reset_cursors`]. Streams that another process follows are left to it.
    pub async fn catch_up(deps: Deps, config: Config) -> Result<(), store::Error> {
        normalizer::catch_up(deps, config).await
    }

    /// Applies a range of the raw log again without moving a cursor, or with `dry_run` only tells what would change. For
    /// what an older version did not understand, and for webhooks that came before their number was connected.
    pub async fn replay(
        deps: &Deps,
        config: &Config,
        range: &ReplayRange,
        dry_run: bool,
    ) -> Result<ReplayReport, store::Error> {
        normalizer::replay::run(deps, config, range, dry_run).await
    }
}

//! I6, I7, I9 and I10: webhooks acknowledged and normalized, of two hundred tenants, three statuses to each message
//! from a customer.

mod floor;
mod script;
mod sides;
mod tenants;
mod updates;
mod world;

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use domain::{Clock, Ids};
use inbound::{Config, Deps, Inbound};
use providers::cloud_api::CloudApiInbound;
use time::OffsetDateTime;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{script::Script, world::World};
pub use self::{
    sides::{reordered, sustained},
    tenants::flooded,
    updates::updates,
};
use crate::{
    ingest::{Answers, Offer, empty, listen, offer},
    stage::Stage,
};

/// How often the backlog is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Connections of the load; Meta opens many.
const CONNECTIONS: usize = 512;

/// The product's clock for ids that are ordered as they are in real life.
struct RunningClock {
    begin: OffsetDateTime,
    since: Instant,
}

impl Clock for RunningClock {
    fn now(&self) -> OffsetDateTime {
        self.begin + self.since.elapsed()
    }
}

/// Gateway and normalizer in one process, and the rows that the webhooks are about.
pub struct Flow {
    world: World,
    product: SocketAddr,
    empty: SocketAddr,
    /// The next event that nobody sent yet.
    next_event: AtomicU64,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

impl Flow {
    /// Makes the tenants and their messages and starts both roles.
    pub async fn start(stage: &Stage) -> anyhow::Result<Self> {
        let world = World::fill(stage).await?;
        floor::prepare(stage).await?;
        let (shutdown, tracker) = (CancellationToken::new(), TaskTracker::new());
        let clock: Arc<dyn Clock> = Arc::new(RunningClock {
            begin: stage.db.clock.now(),
            since: Instant::now(),
        });
        let deps = Deps {
            db: stage.db.ingest.clone(),
            vault: stage.db.vault.clone(),
            adapter: Arc::new(CloudApiInbound),
            ids: Ids::seeded(Arc::clone(&clock), 11),
            clock,
            wake: Arc::new(|_| ()),
        };
        let gateway = Inbound::start(deps, Config::default(), &shutdown, &tracker);
        Ok(Self {
            world,
            product: listen(inbound::gateway::router(gateway), &shutdown, &tracker).await?,
            empty: listen(empty(), &shutdown, &tracker).await?,
            next_event: AtomicU64::new(0),
            shutdown,
            tracker,
        })
    }

    /// Ends the servers.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn script(&self, stage: &Stage) -> Script {
        Script::new(&stage.app, self.world)
    }

    /// Offers load to the gateway.
    async fn offer(&self, source: &crate::ingest::Source, what: Offer) -> anyhow::Result<Answers> {
        offer(self.product, source, what).await
    }

    /// Waits until the normalizer has caught up.
    async fn drained(&self, stage: &Stage) -> anyhow::Result<()> {
        while backlog(stage).await? > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Forgets what accumulates, so that every run starts alike.
    async fn clean(&self, stage: &Stage) -> anyhow::Result<()> {
        stage
            .sql("truncate raw_webhooks, webhook_outcomes, outbox")
            .await?;
        stage.sql("checkpoint").await
    }
}

/// Stored bodies that are not normalized yet.
async fn backlog(stage: &Stage) -> anyhow::Result<i64> {
    let rows: Option<i64> = sqlx::query_scalar(
        "select sum(greatest(coalesce((select max(r.seq) from raw_webhooks r where r.day = s.day and r.stream = s.stream), 0)
             - case when c.day = s.day then c.seq else 0 end, 0))::bigint
         from ingest_streams s
         left join ingest_cursors c on c.stream = s.stream",
    )
    .fetch_one(&stage.db.superuser)
    .await?;
    Ok(rows.unwrap_or_default())
}

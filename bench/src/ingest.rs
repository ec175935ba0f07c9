//! I1 to I5: acknowledging a webhook once it is durable.

mod bodies;
mod latencies;
mod latency;
mod load;
mod open_loop;
mod routers;
mod sides;
mod single;

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use inbound::{Config, Deps, Inbound};
use providers::cloud_api::CloudApiInbound;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{
    bodies::signed,
    latency::{at_half, overloaded},
    load::{CONNECTIONS, Connection, Load, Source, repeated},
    open_loop::{Answers, Offer, Since, offer},
    routers::{empty, listen},
    sides::{acknowledged, idle, inserting},
    single::connect as superuser,
};
use crate::stage::Stage;

/// The three servers, and what is sent to each of them.
pub struct Ingest {
    product: SocketAddr,
    empty: SocketAddr,
    single: SocketAddr,
    requests: Arc<[Bytes]>,
    bodies: Vec<Bytes>,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

impl Ingest {
    /// Starts the product's gateway and, behind the same listener code, the two that it is compared with.
    pub async fn start(stage: &Stage) -> anyhow::Result<Self> {
        let (shutdown, tracker) = (CancellationToken::new(), TaskTracker::new());
        let deps = Deps {
            db: stage.db.ingest.clone(),
            vault: stage.db.vault.clone(),
            adapter: Arc::new(CloudApiInbound),
            clock: stage.db.clock.clone(),
            ids: stage.db.ids.clone(),
            wake: Arc::new(|_| ()),
        };
        let gateway = Inbound::start_gateway(deps, Config::default(), &shutdown, &tracker);
        let single = single::router(stage).await?;
        let bodies = bodies::bodies();
        Ok(Self {
            product: routers::listen(inbound::gateway::router(gateway), &shutdown, &tracker).await?,
            empty: routers::listen(routers::empty(), &shutdown, &tracker).await?,
            single: routers::listen(single, &shutdown, &tracker).await?,
            requests: bodies::requests(&stage.app, &bodies),
            bodies,
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
}

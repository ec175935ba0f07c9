//! Puts concrete providers, backends and clocks behind the ports and starts the roles.

mod listen;

use std::sync::Arc;

use anyhow::Context;
use api::{
    admin::AdminState,
    http::{
        guard::{self, Guard},
        origin::AllowedOrigins,
    },
    tenant::{CookiePolicy, TenantState},
};
use backends::{FileBlobs, MasterKeys};
use delivery::Delivery;
use domain::{
    Clock, Ids, PhoneNumberId, TenantId,
    ports::{BlobStore, ChannelProvider, LaneWaker},
};
use egress::{Egress, Policy, Timeouts};
use inbound::Inbound;
use providers::cloud_api::{CloudApi, CloudApiInbound};
use secrecy::SecretString;
use services::{Installation, TenantServices, live::Hub, platform::PlatformServices, upkeep::Upkeep};
use store::{DeliveryDb, EventsDb, IngestDb, PlatformDb, TenantDb, UpkeepDb, positions::Ahead, vault::Vault};
use tokio_util::task::TaskTracker;
use url::Url;

use self::listen::listen;
use crate::{cli::Role, clock::SystemClock, config::Config, limits, mail::OutgoingMail, shutdown::Shutdown};

/// What a composition starts from.
pub struct Composition<'a> {
    /// Validated configuration.
    pub config: &'a Config,
    /// Roles to run here.
    pub roles: &'a [Role],
    /// The product's time.
    pub clock: Arc<dyn Clock>,
    /// Wraps data keys, signs media links.
    pub keys: Arc<MasterKeys>,
    /// True when no other process shares the database: leases of former ones are void.
    pub alone: bool,
    /// Sends mail; `None` while mail is off.
    pub mail: Option<OutgoingMail>,
}

/// The services of the roles that run here, for who composes on top of them.
pub struct Running {
    /// Present when a role needs it.
    pub tenant: Option<TenantServices>,
    /// Present when a role needs it.
    pub platform: Option<PlatformServices>,
}

/// Wakes nothing: another process owns the lanes and finds the work by looking.
struct NoLanes;

impl LaneWaker for NoLanes {
    fn wake(&self, _: TenantId, _: PhoneNumberId) {}
}

struct Parts<'a> {
    given: &'a Composition<'a>,
    ids: Ids,
    vault: Vault,
    provider: Arc<dyn ChannelProvider>,
    blobs: Arc<dyn BlobStore>,
    hub: Hub,
    guard: Guard,
}

impl Composition<'_> {
    /// Starts every role; returns once all listeners are bound.
    pub async fn start(&self, shutdown: &Shutdown) -> anyhow::Result<Running> {
        let ids = Ids::from_os(Arc::clone(&self.clock));
        let allow = self
            .config
            .egress_allow()
            .map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let egress = Egress::new(Policy { allow }, Timeouts::default())
            .context("outgoing connections can't be set up")?;
        let parts = Parts {
            given: self,
            vault: Vault::new(Arc::clone(&self.keys) as _, ids.clone()),
            ids,
            provider: Arc::new(CloudApi::new(egress)),
            blobs: Arc::new(
                FileBlobs::open(&self.config.blob_dir)
                    .context("the media folder (blob_dir) can't be used")?,
            ),
            hub: Hub::default(),
            guard: limits::guard(self.config)?,
        };
        parts.start(shutdown).await
    }
}

impl Parts<'_> {
    async fn start(&self, shutdown: &Shutdown) -> anyhow::Result<Running> {
        let database = &self.given.config.database;
        let pools = &database.pools;
        let tenant_db = match self.any(&[Role::TenantApi, Role::Delivery]) {
            true => Some(
                TenantDb::connect(url("tenant", &database.tenant_url)?, pools.tenant)
                    .await
                    .context("database role parlance_tenant")?,
            ),
            false => None,
        };
        let tracker = TaskTracker::new();
        let (delivery, wake_jobs) = self.delivery(tenant_db.as_ref(), shutdown).await?;
        self.inbound(&tracker, wake_jobs, shutdown).await?;
        self.upkeep(shutdown).await?;
        let mut running = Running {
            tenant: None,
            platform: None,
        };
        if let Some(db) = tenant_db {
            running.tenant = self.tenant_api(db, delivery, shutdown).await?;
        }
        if self.any(&[Role::AdminApi]) {
            running.platform = Some(self.admin_api(shutdown).await?);
        }
        // Without its roles nothing would be waited for, and a task that ends by itself ends the program.
        if self.any(&[Role::Gateway, Role::Normalizer]) {
            tracker.close();
            shutdown.spawn("inbound", async move {
                tracker.wait().await;
                Ok::<(), std::convert::Infallible>(())
            });
        }
        Ok(running)
    }

    fn any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.given.roles.contains(role))
    }

    async fn delivery(
        &self,
        tenant: Option<&TenantDb>,
        shutdown: &Shutdown,
    ) -> anyhow::Result<(Arc<dyn LaneWaker>, Option<delivery::Handle>)> {
        let (true, Some(tenant)) = (self.any(&[Role::Delivery]), tenant) else {
            return Ok((Arc::new(NoLanes), None));
        };
        let config = self.given.config;
        let db = DeliveryDb::connect(
            url("delivery", &config.database.delivery_url)?,
            config.database.pools.delivery,
        )
        .await
        .context("database role parlance_delivery")?;
        if self.given.alone {
            let ingest = self.ingest_db().await?;
            store::setup::void_leases(&ingest, &db).await?;
            ingest.close().await;
        }
        let deps = delivery::Deps {
            tenant: tenant.clone(),
            delivery: db,
            vault: self.vault.clone(),
            provider: Arc::clone(&self.provider),
            blobs: Arc::clone(&self.blobs),
            mailer: self.given.mail.as_ref().map(|mail| mail.mailer.clone()),
            clock: Arc::clone(&self.given.clock),
            ids: self.ids.clone(),
            events_wake: self.hub.waker(),
        };
        let settings = delivery::Config {
            lanes_max: u32::try_from(config.delivery.lanes).unwrap_or(u32::MAX),
            open_max: u32::try_from(config.delivery.claim_rows).unwrap_or(u32::MAX),
            ..delivery::Config::default()
        };
        let (delivery, handle) = Delivery::new(deps, settings);
        shutdown.spawn("delivery", delivery.run(shutdown.soft()));
        Ok((Arc::new(handle.clone()), Some(handle)))
    }

    async fn upkeep(&self, shutdown: &Shutdown) -> anyhow::Result<()> {
        if !self.any(&[Role::Upkeep]) {
            return Ok(());
        }
        let config = self.given.config;
        let db = UpkeepDb::connect(
            url("upkeep", &config.database.upkeep_url)?,
            config.database.pools.upkeep,
        )
        .await
        .context("database role parlance_upkeep")?;
        refuse(db.positions_ahead().await?)?;
        let upkeep = Upkeep {
            db,
            clock: Arc::clone(&self.given.clock),
            real_clock: Arc::new(SystemClock),
            ids: self.ids.clone(),
            retention: config.retention.spans(),
        };
        let soft = shutdown.soft();
        shutdown.spawn("upkeep", async move {
            upkeep.run(soft).await;
            Ok::<(), std::convert::Infallible>(())
        });
        Ok(())
    }

    async fn ingest_db(&self) -> anyhow::Result<IngestDb> {
        ingest_db(self.given.config).await
    }

    async fn inbound(
        &self,
        tracker: &TaskTracker,
        jobs: Option<delivery::Handle>,
        shutdown: &Shutdown,
    ) -> anyhow::Result<()> {
        let (gateway, normalizer) = (self.any(&[Role::Gateway]), self.any(&[Role::Normalizer]));
        if !gateway && !normalizer {
            return Ok(());
        }
        let config = self.given.config;
        let hub = self.hub.clone();
        let deps = inbound::Deps {
            db: self.ingest_db().await?,
            vault: self.vault.clone(),
            adapter: Arc::new(CloudApiInbound),
            clock: Arc::clone(&self.given.clock),
            ids: self.ids.clone(),
            wake: Arc::new(move |committed| {
                hub.wake();
                if let (true, Some(jobs)) = (committed.jobs, &jobs) {
                    jobs.wake_jobs();
                }
            }),
        };
        let settings = inbound::Config {
            streams: usize::from(config.ingest.streams),
            channel_capacity: config.ingest.queue_rows,
            batch_max: config.ingest.batch_rows,
            ..inbound::Config::default()
        };
        let soft = shutdown.soft();
        let gateway = match (gateway, normalizer) {
            (true, true) => Inbound::start(deps, settings, &soft, tracker),
            (true, false) => Inbound::start_gateway(deps, settings, &soft, tracker),
            _ => {
                Inbound::start_normalizer(deps, settings, &soft, tracker);
                return Ok(());
            }
        };
        listen(
            "webhooks",
            config.http.webhooks_addr,
            guard::handshakes(inbound::gateway::router(gateway), self.guard.clone()),
            shutdown,
        )
        .await
    }

    async fn tenant_api(
        &self,
        db: TenantDb,
        lanes: Arc<dyn LaneWaker>,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Option<TenantServices>> {
        if !self.any(&[Role::TenantApi]) {
            return Ok(None);
        }
        let config = self.given.config;
        let events = EventsDb::connect(
            url("events", &config.database.events_url)?,
            config.database.pools.events,
        )
        .await
        .context("database role parlance_events")?;
        refuse(events.positions_ahead().await?)?;
        let (hub, soft) = (self.hub.clone(), shutdown.soft());
        shutdown.spawn("live hub", async move {
            hub.run(events, soft).await;
            Ok::<(), std::convert::Infallible>(())
        });
        let services = TenantServices {
            db,
            vault: self.vault.clone(),
            provider: Arc::clone(&self.provider),
            blobs: Arc::clone(&self.blobs),
            clock: Arc::clone(&self.given.clock),
            real_clock: Arc::new(SystemClock),
            ids: self.ids.clone(),
            lanes,
            hub: self.hub.clone(),
            link_key: Arc::new(self.given.keys.link_key()),
            webhooks_url: base(&config.public_urls.webhooks),
            installation: Arc::new(Installation {
                app_url: base(&config.public_urls.tenant_app),
                mail_from: self.given.mail.as_ref().map(|mail| mail.from.clone()),
                retention: config.retention.spans(),
            }),
        };
        let state = TenantState {
            services: services.clone(),
            origins: AllowedOrigins::new(&[config.public_urls.tenant_app.to_string()]),
            cookies: CookiePolicy {
                secure: config.public_urls.tenant_app.scheme() == "https",
            },
            guard: self.guard.clone(),
        };
        listen(
            "tenant app",
            config.http.tenant_app_addr,
            api::tenant::router(state),
            shutdown,
        )
        .await?;
        Ok(Some(services))
    }

    async fn admin_api(&self, shutdown: &Shutdown) -> anyhow::Result<PlatformServices> {
        let config = self.given.config;
        let services = platform_services(
            config,
            self.vault.clone(),
            Arc::clone(&self.given.clock),
            self.ids.clone(),
        )
        .await?;
        let state = AdminState {
            services: services.clone(),
            origins: AllowedOrigins::new(&[config.public_urls.admin_portal.to_string()]),
            secure_cookie: config.public_urls.admin_portal.scheme() == "https",
            guard: self.guard.clone(),
        };
        listen(
            "admin portal",
            config.http.admin_portal_addr,
            api::admin::router(state),
            shutdown,
        )
        .await?;
        Ok(services)
    }
}

/// The platform services alone, for the command line too.
pub async fn platform_services(
    config: &Config,
    vault: Vault,
    clock: Arc<dyn Clock>,
    ids: Ids,
) -> anyhow::Result<PlatformServices> {
    let db = PlatformDb::connect(
        url("platform", &config.database.platform_url)?,
        config.database.pools.platform,
    )
    .await
    .context("database role parlance_platform")?;
    Ok(PlatformServices {
        db,
        vault,
        clock,
        real_clock: Arc::new(SystemClock),
        ids,
        webhooks_url: base(&config.public_urls.webhooks),
    })
}

/// The pool of the ingest role.
pub async fn ingest_db(config: &Config) -> anyhow::Result<IngestDb> {
    let database = &config.database;
    IngestDb::connect(url("ingest", &database.ingest_url)?, database.pools.ingest)
        .await
        .context("database role parlance_ingest")
}

/// Nothing starts on a database whose places lie ahead: what it wrote would be lost to sealer and streams.
fn refuse(ahead: Option<Ahead>) -> anyhow::Result<()> {
    match ahead {
        Some(ahead) => anyhow::bail!("{ahead}"),
        None => Ok(()),
    }
}

fn url<'a>(role: &str, url: &'a Option<SecretString>) -> anyhow::Result<&'a SecretString> {
    url.as_ref()
        .with_context(|| format!("database.{role}_url is missing"))
}

fn base(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

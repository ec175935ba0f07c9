//! The database of `parlance dev`: our own PostgreSQL, or the one that `database_url` names.

use anyhow::Context;
use domain::Ids;
use secrecy::{ExposeSecret, SecretString};
use store::setup::{self, Verifier};
use url::Url;

use crate::{
    cli::dev::fresh_passwords,
    config::Config,
    postgres::{DataLock, Options, Running, State, Supervisor},
    shutdown::Shutdown,
};

/// Name of the database.
const DATABASE: &str = "parlance";

/// A database that is up.
pub enum DevDatabase {
    /// Started and watched by us.
    Embedded(Running),
    /// Somebody else's; the folder is locked by us all the same.
    External {
        /// A superuser.
        superuser: SecretString,
        /// Held while we run.
        lock: DataLock,
    },
}

impl DevDatabase {
    /// Starts the embedded PostgreSQL, or takes the external one.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let data_dir = config.data_dir.clone();
        if let Some(superuser) = &config.database_url {
            return Ok(Self::External {
                superuser: superuser.clone(),
                lock: DataLock::acquire(&data_dir)?,
            });
        }
        let running =
            tokio::task::spawn_blocking(move || Supervisor::start(&Options::new(data_dir))).await??;
        Ok(Self::Embedded(running))
    }

    /// Makes roles, database and schema, and puts the roles' URLs into the configuration.
    ///
    /// A first start that was cut short left a database that nobody can sign in to: ours is made anew then.
    pub async fn prepare(&self, config: &mut Config, ids: &Ids, cut_short: bool) -> anyhow::Result<()> {
        let passwords = fresh_passwords(ids);
        let superuser = match self {
            Self::Embedded(running) => {
                let superuser = running.superuser_url();
                if cut_short {
                    setup::drop_database(&superuser, DATABASE).await?;
                }
                superuser
            }
            Self::External { superuser, .. } => superuser.clone(),
        };
        let verifiers: Vec<_> = passwords
            .iter()
            .map(|(role, password)| (*role, Verifier::new(password, ids.bytes())))
            .collect();
        setup::prepare_cluster(&superuser, DATABASE, &verifiers)
            .await
            .context("the database roles can't be made")?;
        for (role, password) in &passwords {
            let url = self.url(role, password)?;
            let slot = match *role {
                "owner" => &mut config.database.owner_url,
                "tenant" => &mut config.database.tenant_url,
                "ingest" => &mut config.database.ingest_url,
                "delivery" => &mut config.database.delivery_url,
                "events" => &mut config.database.events_url,
                "platform" => &mut config.database.platform_url,
                "upkeep" => &mut config.database.upkeep_url,
                _ => continue,
            };
            *slot = Some(url);
        }
        let owner = config
            .database
            .owner_url
            .as_ref()
            .context("database.owner_url is missing")?;
        setup::migrate(owner)
            .await
            .context("the schema can't be brought up to date; what had begun was rolled back")
    }

    fn url(&self, role: &str, password: &SecretString) -> anyhow::Result<SecretString> {
        match self {
            Self::Embedded(running) => Ok(running.url(&format!("parlance_{role}"), password, DATABASE)),
            Self::External { superuser, .. } => {
                let mut url = Url::parse(superuser.expose_secret()).context("database_url is no URL")?;
                let set = url
                    .set_username(&format!("parlance_{role}"))
                    .and_then(|()| url.set_password(Some(password.expose_secret())));
                set.map_err(|()| anyhow::anyhow!("database_url must name a host"))?;
                url.set_path(DATABASE);
                Ok(url.to_string().into())
            }
        }
    }

    /// Stops the program when the database can't be brought back.
    pub fn watch(&self, shutdown: &Shutdown) {
        let Self::Embedded(running) = self else { return };
        let mut state = running.state();
        let soft = shutdown.soft();
        shutdown.spawn("database", async move {
            loop {
                tokio::select! {
                    () = soft.cancelled() => return Ok(()),
                    changed = state.changed() => {
                        if changed.is_err() {
                            return Ok(());
                        }
                    }
                }
                if let State::Failed(reason) = &*state.borrow_and_update() {
                    return Err(reason.clone());
                }
            }
        });
    }

    /// Stops the embedded server, or gives the folder back.
    pub async fn stop(self) {
        match self {
            Self::Embedded(running) => {
                let _ = tokio::task::spawn_blocking(move || running.stop()).await;
            }
            Self::External { lock, .. } => drop(lock),
        }
    }
}

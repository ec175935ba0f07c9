//! `parlance dev`: everything on this machine, with demo data and a simulated WhatsApp.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicI64},
};

use anyhow::Context;
use backends::{MasterKeys, OnMissing};
use clap::ValueEnum;
use domain::{Clock, Ids};
use secrecy::SecretString;
use store::setup;
use tokio::net::TcpListener;

use super::{DevArgs, DevPorts, Role};
use crate::{
    clock::{OffsetClock, SystemClock},
    compose::Composition,
    config::{Config, Needs},
    dev::{database::DevDatabase, demo, mail_page, manifest},
    mail::OutgoingMail,
    postgres::DataLock,
    shutdown::Shutdown,
};

/// Runs until a signal; `dev.json` in the data folder tells when everything is ready.
pub async fn run(config: Config, args: &DevArgs) -> anyhow::Result<()> {
    let (config, ports) = configured(config, args)?;
    let data_dir = config.data_dir.clone();
    std::fs::create_dir_all(&data_dir).with_context(|| {
        format!(
            "cannot make {}: choose another folder with --data-dir",
            data_dir.display()
        )
    })?;
    // Under the lock: dev.json may be a running process's.
    let lock = DataLock::acquire(&data_dir)?;
    manifest::remove(&data_dir)?;
    drop(lock);
    let database = DevDatabase::start(&config).await?;
    let outcome = with_database(config, &ports, &data_dir, &database).await;
    manifest::remove(&data_dir)?;
    database.stop().await;
    outcome
}

async fn with_database(
    mut config: Config,
    ports: &DevPorts,
    data_dir: &Path,
    database: &DevDatabase,
) -> anyhow::Result<()> {
    let clock_offset = Arc::new(AtomicI64::new(0));
    let clock: Arc<dyn Clock> = Arc::new(OffsetClock::new(Arc::clone(&clock_offset)));
    let ids = Ids::from_os(Arc::new(SystemClock));
    database
        .prepare(&mut config, &ids, demo::begin(data_dir)?)
        .await?;
    config.validate(Needs {
        roles: &[
            "owner", "tenant", "ingest", "delivery", "events", "platform", "upkeep",
        ],
        ..Needs::default()
    })?;
    let shutdown = Shutdown::new();
    start_sandbox(ports, data_dir, &clock_offset, &shutdown).await?;
    database.watch(&shutdown);
    let keys = Arc::new(MasterKeys::from_file(
        &data_dir.join("master.key"),
        OnMissing::Create,
    )?);
    let mail = match OutgoingMail::of(&config)? {
        Some(mail) => mail,
        None => mail_page::start(ports, Arc::clone(&clock), &shutdown).await?,
    };
    let composition = Composition {
        config: &config,
        roles: Role::value_variants(),
        clock,
        keys,
        alone: true,
        mail: Some(mail),
    };
    let running = composition.start(&shutdown).await?;
    let soft = shutdown.soft();
    let seeded = tokio::select! {
        demo = demo::ensure(&running, &ids, ports, data_dir) => Some(demo?),
        () = soft.cancelled() => None,
    };
    if let Some(demo) = seeded {
        let manifest = manifest::Manifest::new(ports, &config, demo)?;
        manifest.write(data_dir)?;
        writeln!(std::io::stdout(), "{manifest}")?;
    }
    shutdown.run().await?;
    Ok(())
}

fn configured(mut config: Config, args: &DevArgs) -> anyhow::Result<(Config, DevPorts)> {
    if let Some(dir) = &args.data_dir {
        config.data_dir = dir.clone();
    }
    config.data_dir = absolute(&config.data_dir)?;
    config.blob_dir = config.data_dir.join("blobs");
    let ports = DevPorts::new(args.host, args.port_base);
    ports.apply(&mut config)?;
    config.egress.allow.push(ports.sandbox().to_string());
    Ok((config, ports))
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))
}

async fn start_sandbox(
    ports: &DevPorts,
    data_dir: &Path,
    offset: &Arc<AtomicI64>,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    let address = ports.sandbox();
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: choose other ports with --port-base"))?;
    let folder = data_dir.join("sandbox");
    std::fs::create_dir_all(&folder)?;
    let config = sandbox::Config {
        state_file: folder.join("state.json"),
        public_url: DevPorts::url(address)?.as_str().trim_end_matches('/').to_owned(),
        clock_offset: Arc::clone(offset),
        seed: 1,
    };
    shutdown.spawn("sandbox", sandbox::serve(config, listener, shutdown.soft()));
    Ok(())
}

/// A password for each login role, fresh at each start: nobody needs to know them.
pub fn fresh_passwords(ids: &Ids) -> Vec<(&'static str, SecretString)> {
    setup::LOGIN_ROLES
        .iter()
        .map(|role| (*role, setup::new_password(ids)))
        .collect()
}

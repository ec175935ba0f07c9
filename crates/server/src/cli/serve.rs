//! `parlance serve`: roles of a production installation.

use std::{io::Write, sync::Arc};

use anyhow::Context;
use backends::MasterKeys;

use super::{Role, ServeArgs};
use crate::{
    clock::SystemClock,
    compose::Composition,
    config::{Config, Needs},
    mail::OutgoingMail,
    shutdown::Shutdown,
};

/// Runs the roles until a signal.
pub async fn run(config: &Config, args: &ServeArgs) -> anyhow::Result<()> {
    let database_roles = Role::database_roles_of(&args.roles);
    config.validate(Needs {
        roles: &database_roles,
        master_key: true,
        listeners: true,
    })?;
    let key = config
        .master_key()
        .map_err(|problem| anyhow::anyhow!("{problem}"))?
        .context("master_key is missing")?;
    let shutdown = Shutdown::new();
    let composition = Composition {
        config,
        roles: &args.roles,
        clock: Arc::new(SystemClock),
        keys: Arc::new(MasterKeys::from_base64(&key)?),
        alone: false,
        mail: OutgoingMail::of(config)?,
    };
    composition.start(&shutdown).await?;
    writeln!(std::io::stdout(), "Parlance runs: {}", names(&args.roles))?;
    shutdown.run().await?;
    Ok(())
}

fn names(roles: &[Role]) -> String {
    let names = roles.iter().map(|role| format!("{role:?}"));
    names.collect::<Vec<_>>().join(", ")
}

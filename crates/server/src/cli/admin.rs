//! `parlance admin …`: the first accounts of an installation, and a replay of stored webhooks.

use std::{
    io::{BufRead, Write},
    sync::Arc,
};

use anyhow::Context;
use backends::MasterKeys;
use domain::{Clock, Ids};
use secrecy::{ExposeSecret, SecretString};
use services::platform::{NewOwner, NewPlatformUser, NewTenant, PlatformActor, PlatformServices};
use store::vault::Vault;

use super::{AdminCommand, CreatePlatformUserArgs, CreateTenantArgs, replay};
use crate::{
    clock::SystemClock,
    compose::platform_services,
    config::{Config, Needs},
};

/// Runs one command.
pub async fn run(config: &Config, command: &AdminCommand) -> anyhow::Result<()> {
    let role = match command {
        AdminCommand::Replay(_) => "ingest",
        _ => "platform",
    };
    config.validate(Needs {
        roles: &[role],
        master_key: true,
        ..Needs::default()
    })?;
    let key = config
        .master_key()
        .map_err(|problem| anyhow::anyhow!("{problem}"))?
        .context("master_key is missing")?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = Ids::from_os(Arc::clone(&clock));
    let vault = Vault::new(Arc::new(MasterKeys::from_base64(&key)?), ids.clone());
    match command {
        AdminCommand::CreatePlatformUser(args) => {
            let services = platform_services(config, vault, clock, ids).await?;
            create_platform_user(&services, args).await
        }
        AdminCommand::CreateTenant(args) => {
            let services = platform_services(config, vault, clock, ids).await?;
            create_tenant(&services, args).await
        }
        AdminCommand::Replay(args) => replay::run(config, args, vault, ids).await,
    }
}

async fn create_platform_user(
    services: &PlatformServices,
    args: &CreatePlatformUserArgs,
) -> anyhow::Result<()> {
    let new = NewPlatformUser {
        email: args.email.clone(),
        name: name_of(&args.email),
        password: password(args.password_stdin)?,
    };
    let created = services
        .create_platform_user(PlatformActor::CLI, new)
        .await
        .map_err(explained)?;
    report("Platform admin", &args.email, created.password.as_ref())
}

async fn create_tenant(services: &PlatformServices, args: &CreateTenantArgs) -> anyhow::Result<()> {
    let owner = NewOwner {
        email: args.owner_email.clone(),
        name: name_of(&args.owner_email),
        password: password(args.password_stdin)?,
    };
    let new = NewTenant {
        slug: args.slug.clone(),
        name: args.name.clone(),
        sandbox: false,
        owner,
    };
    let created = services
        .create_tenant(PlatformActor::CLI, new)
        .await
        .map_err(explained)?;
    writeln!(std::io::stdout(), "Tenant {} at /t/{}", args.name, args.slug)?;
    report("Owner", &created.owner.email, created.owner.password.as_ref())
}

fn report(what: &str, email: &str, password: Option<&SecretString>) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    match password {
        Some(password) => writeln!(
            out,
            "{what} {email}, password {} (shown once)",
            password.expose_secret()
        )?,
        None => writeln!(out, "{what} {email}")?,
    }
    Ok(())
}

fn password(from_stdin: bool) -> anyhow::Result<Option<SecretString>> {
    if !from_stdin {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(Some(line.trim_end_matches(['\r', '\n']).into()))
}

fn name_of(email: &str) -> String {
    email.split('@').next().unwrap_or(email).to_owned()
}

fn explained(error: domain::Error) -> anyhow::Error {
    let fields: Vec<_> = error
        .fields
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.message))
        .collect();
    if fields.is_empty() {
        anyhow::anyhow!("{}", error.public)
    } else {
        anyhow::anyhow!("{}", fields.join("; "))
    }
}

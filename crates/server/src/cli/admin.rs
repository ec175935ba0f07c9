//! `parlance admin …`: the first accounts of an installation, and what its operator does now and then.

use std::{
    io::{BufRead, Write},
    sync::Arc,
};

use anyhow::Context;
use backends::MasterKeys;
use domain::{Clock, Ids};
use secrecy::{ExposeSecret, SecretString};
use services::{
    PageRequest,
    platform::{NewOwner, NewPlatformUser, NewTenant, PlatformActor, PlatformServices, Rotate},
};
use store::{IngestDb, TenantDb, vault::Vault};

use super::{
    AdminCommand, CreatePlatformUserArgs, CreateTenantArgs, RetentionArgs, RotateKeysArgs, rebase, replay,
};
use crate::{
    clock::SystemClock,
    compose::platform_services,
    config::{Config, Needs},
};

/// Runs one command.
pub async fn run(config: &Config, command: &AdminCommand) -> anyhow::Result<()> {
    let roles: &[&str] = match command {
        AdminCommand::Replay(_) => &["ingest"],
        AdminCommand::RebasePositions(_) => &["owner", "upkeep"],
        AdminCommand::RotateKeys(_) => &["platform", "tenant", "ingest"],
        _ => &["platform"],
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = Ids::from_os(Arc::clone(&clock));
    let vault = vault(config, roles, &ids)?;
    let services = platform_services(config, vault.clone(), clock, ids.clone());
    match command {
        AdminCommand::Replay(args) => replay::run(config, args, vault, ids).await,
        AdminCommand::RebasePositions(_) => rebase::run(config).await,
        AdminCommand::CreatePlatformUser(args) => create_platform_user(&services.await?, args).await,
        AdminCommand::CreateTenant(args) => create_tenant(&services.await?, args).await,
        AdminCommand::RotateKeys(args) => rotate_keys(config, &services.await?, args).await,
        AdminCommand::Retention(args) => retention(&services.await?, args).await,
        AdminCommand::SetEntitlement(args) => services
            .await?
            .set_entitlement(PlatformActor::CLI, &args.tenant, args.key, args.most)
            .await
            .map_err(explained),
    }
}

/// The sealed values' keys, once the configuration has what these database roles need.
fn vault(config: &Config, roles: &[&str], ids: &Ids) -> anyhow::Result<Vault> {
    config.validate(Needs {
        roles,
        master_key: true,
        ..Needs::default()
    })?;
    let key = config
        .master_key()
        .map_err(|problem| anyhow::anyhow!("{problem}"))?
        .context("master_key is missing")?;
    Ok(Vault::new(Arc::new(MasterKeys::from_base64(&key)?), ids.clone()))
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

async fn rotate_keys(
    config: &Config,
    services: &PlatformServices,
    args: &RotateKeysArgs,
) -> anyhow::Result<()> {
    let database = &config.database;
    let tenant = database
        .tenant_url
        .as_ref()
        .context("database.tenant_url is missing")?;
    let ingest = database
        .ingest_url
        .as_ref()
        .context("database.ingest_url is missing")?;
    let tenants = TenantDb::connect(tenant, 2)
        .await
        .context("database role parlance_tenant")?;
    let ingest = IngestDb::connect(ingest, 2)
        .await
        .context("database role parlance_ingest")?;
    let what = if args.master_key_only {
        Rotate::MasterKey
    } else {
        Rotate::Everything
    };
    let done = services
        .rotate_keys(PlatformActor::CLI, &tenants, &ingest, what)
        .await
        .map_err(explained)?;
    writeln!(
        std::io::stdout(),
        "{} data keys wrapped under the first master key, {} new data keys, {} secrets sealed again",
        done.rewrapped,
        done.keys,
        done.resealed
    )?;
    Ok(())
}

async fn retention(services: &PlatformServices, args: &RetentionArgs) -> anyhow::Result<()> {
    let page = PageRequest {
        limit: Some(args.limit),
        cursor: None,
    };
    let reports = services.retention_reports(&page).await.map_err(explained)?;
    let mut out = std::io::stdout().lock();
    for report in reports.items {
        writeln!(
            out,
            "{} {}: {} removed, {} to {} (older than {})",
            report.at, report.rule, report.removed, report.first, report.last, report.cutoff
        )?;
    }
    Ok(())
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

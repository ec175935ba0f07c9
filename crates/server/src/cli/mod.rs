//! The command line.

mod admin;
mod audit;
pub mod dev;
pub mod doctor;
pub mod migrate;
mod openapi;
mod ports;
mod replay;
pub mod sandbox;
mod serve;

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use ports::DevPorts;

use crate::config::{Config, reference};
use crate::logging;

/// Parlance: an open, self-hosted, multi-tenant messaging platform over the WhatsApp Business Platform.
#[derive(Debug, Parser)]
#[command(name = "parlance", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything on this machine: a private PostgreSQL, every role, demo data and a simulated WhatsApp
    Dev(DevArgs),
    /// Run roles of a production installation
    Serve(ServeArgs),
    /// Create or update the database roles and the schema
    Migrate(ConfigArgs),
    /// Check the configuration, every database role and the ports; say how to mend what is wrong
    Doctor(DoctorArgs),
    /// Print the reference of the configuration as Markdown
    Config,
    /// Print an OpenAPI document
    Openapi(OpenapiArgs),
    /// Make the first accounts, rotate keys, look at what retention removed, apply stored webhooks again
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Check the audit logs
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Run the simulated WhatsApp alone
    Sandbox(SandboxArgs),
}

/// Where the configuration comes from.
#[derive(Clone, Debug, Args)]
pub struct ConfigArgs {
    /// TOML file whose keys override the defaults; PARLANCE_* variables override both
    #[arg(long, env = "PARLANCE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `parlance dev`.
#[derive(Clone, Debug, Args)]
pub struct DevArgs {
    /// Folder of the database, media, the sandbox's state and dev.json [default: ./data, or PARLANCE_DATA_DIR]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// First of five ports: tenant app, admin portal, webhooks, sandbox, mail
    #[arg(long, value_name = "PORT", default_value_t = 7420, value_parser = clap::value_parser!(u16).range(1..=65531))]
    pub port_base: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Where the rest of the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// A part of the program that can run in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    /// Tenant app and tenant API
    TenantApi,
    /// Admin portal and its API
    AdminApi,
    /// Webhook intake
    Gateway,
    /// From raw webhooks to the conversation model
    Normalizer,
    /// Lanes and the send ledger
    Delivery,
    /// Seals of the audit logs, and retention
    Upkeep,
}

impl Role {
    /// The database roles this part signs in as.
    pub fn database_roles(self) -> &'static [&'static str] {
        match self {
            Self::TenantApi => &["tenant", "events"],
            Self::AdminApi => &["platform"],
            Self::Gateway | Self::Normalizer => &["ingest"],
            Self::Delivery => &["delivery", "tenant", "events"],
            Self::Upkeep => &["upkeep"],
        }
    }

    /// Database roles of several parts, each once, in the order of first use.
    pub fn database_roles_of(roles: &[Self]) -> Vec<&'static str> {
        let mut all = Vec::new();
        for name in roles.iter().flat_map(|role| role.database_roles()) {
            if !all.contains(name) {
                all.push(*name);
            }
        }
        all
    }
}

/// `parlance serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Parts to run in this process
    #[arg(long, value_delimiter = ',', required = true, value_name = "ROLE,…")]
    pub roles: Vec<Role>,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `parlance doctor`.
#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    /// Parts that shall run here; all of them by default
    #[arg(long, value_delimiter = ',', value_name = "ROLE,…")]
    pub roles: Vec<Role>,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `parlance openapi`.
#[derive(Clone, Debug, Args)]
pub struct OpenapiArgs {
    /// Whose API
    pub surface: Surface,
}

/// One of the two APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Surface {
    /// The tenant API
    Tenant,
    /// The API of the admin portal
    Admin,
}

/// `parlance admin …`.
#[derive(Clone, Debug, Subcommand)]
pub enum AdminCommand {
    /// Make a platform admin; the password is read from standard input, or drawn and printed once
    CreatePlatformUser(CreatePlatformUserArgs),
    /// Make a tenant with its first owner; the password is read from standard input, or drawn and printed once
    CreateTenant(CreateTenantArgs),
    /// Wrap every data key under the first master key, make new data keys and seal every secret again; nothing stops meanwhile
    RotateKeys(RotateKeysArgs),
    /// Show what retention removed, the latest first
    Retention(RetentionArgs),
    /// Limit what a tenant may have, or lift the limit
    SetEntitlement(SetEntitlementArgs),
    /// Apply stored webhooks again: what an older version did not understand, or what came before its number was connected
    Replay(ReplayArgs),
}

impl AdminCommand {
    fn config(&self) -> &ConfigArgs {
        match self {
            Self::CreatePlatformUser(args) => &args.config,
            Self::CreateTenant(args) => &args.config,
            Self::RotateKeys(args) => &args.config,
            Self::Retention(args) => &args.config,
            Self::SetEntitlement(args) => &args.config,
            Self::Replay(args) => &args.config,
        }
    }
}

/// `parlance audit …`.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Check every chain of seals, print the heads, and name the first broken place
    Verify(VerifyArgs),
}

/// `parlance audit verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// Check the log of this tenant only
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `parlance admin rotate-keys`.
#[derive(Clone, Debug, Args)]
pub struct RotateKeysArgs {
    /// Only wrap the data keys under the first master key; make no new ones
    #[arg(long)]
    pub master_key_only: bool,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `parlance admin set-entitlement`.
#[derive(Clone, Debug, Args)]
pub struct SetEntitlementArgs {
    /// Name of the tenant in addresses
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
    /// numbers, users, api_keys or messages_per_month
    #[arg(long)]
    pub key: domain::entitlement::Entitlement,
    /// The most that it may have; without it nothing limits it
    #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
    pub most: Option<i64>,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `parlance admin retention`.
#[derive(Clone, Debug, Args)]
pub struct RetentionArgs {
    /// Reports to show, at most 100
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `parlance admin create-platform-user`.
#[derive(Clone, Debug, Args)]
pub struct CreatePlatformUserArgs {
    /// Email address to sign in with
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input
    #[arg(long)]
    pub password_stdin: bool,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `parlance admin create-tenant`.
#[derive(Clone, Debug, Args)]
pub struct CreateTenantArgs {
    /// Name shown to people
    #[arg(long)]
    pub name: String,
    /// Name in addresses: small letters, digits and hyphens
    #[arg(long)]
    pub slug: String,
    /// Email address of the first owner
    #[arg(long)]
    pub owner_email: String,
    /// Read the owner's password from standard input
    #[arg(long)]
    pub password_stdin: bool,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `parlance admin replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArgs {
    /// Webhooks received from this day or moment on
    #[arg(long, value_parser = replay::moment, value_name = "TIME")]
    pub from: time::OffsetDateTime,
    /// Webhooks received before this day or moment
    #[arg(long, value_parser = replay::moment, value_name = "TIME")]
    pub to: time::OffsetDateTime,
    /// Only this stream of the raw log
    #[arg(long)]
    pub stream: Option<i16>,
    /// Only webhooks about this number, by Meta's id
    #[arg(long, value_name = "ID")]
    pub number: Option<String>,
    /// Only webhooks about this WhatsApp Business account, by Meta's id
    #[arg(long, value_name = "ID")]
    pub waba: Option<String>,
    /// Only webhooks with a change that ended so
    #[arg(long)]
    pub only: Option<ReplayOnly>,
    /// Tell what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Which outcomes are replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReplayOnly {
    /// What belonged to no tenant, or came from an app that was not bound
    Quarantined,
    /// What was not understood
    Unsupported,
}

/// `parlance sandbox`.
#[derive(Clone, Debug, Args)]
pub struct SandboxArgs {
    /// Folder of the sandbox's state
    #[arg(long, value_name = "DIR", default_value = "./data/sandbox")]
    pub data_dir: PathBuf,
    /// Port to listen on
    #[arg(long, default_value_t = 7423)]
    pub port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Address that clients use [default: http://HOST:PORT]
    #[arg(long)]
    pub public_url: Option<url::Url>,
    /// Seed of everything the sandbox draws
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Runs one command to its end.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    match command {
        Command::Migrate(args) => {
            let config = load(&args)?;
            runtime.block_on(migrate::run(&config))?;
            writeln!(std::io::stdout(), "The schema is current.")?;
        }
        Command::Doctor(args) => return runtime.block_on(doctor_command(&args)),
        Command::Sandbox(args) => {
            load_defaults()?;
            runtime.block_on(sandbox::run(&args))?;
        }
        Command::Dev(args) => {
            let config = load(&args.config)?;
            runtime.block_on(dev::run(config, &args))?;
        }
        Command::Serve(args) => {
            let config = load(&args.config)?;
            runtime.block_on(serve::run(&config, &args))?;
        }
        Command::Config => write!(std::io::stdout(), "{}", reference::markdown())?,
        Command::Openapi(args) => openapi::run(&args)?,
        Command::Admin(command) => {
            let config = load(command.config())?;
            runtime.block_on(admin::run(&config, &command))?;
        }
        Command::Audit(AuditCommand::Verify(args)) => {
            let config = load(&args.config)?;
            return runtime.block_on(audit::verify(&config, args.tenant.as_deref()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn load(args: &ConfigArgs) -> anyhow::Result<Config> {
    let config = Config::load(args.config.as_deref())?;
    logging::init(&config.log)?;
    Ok(config)
}

fn load_defaults() -> anyhow::Result<Config> {
    load(&ConfigArgs { config: None })
}

async fn doctor_command(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let roles = if args.roles.is_empty() {
        Role::value_variants()
    } else {
        &args.roles
    };
    let config = Config::load(args.config.config.as_deref())?;
    let mut report = doctor::Report::default();
    doctor::configuration(&config, roles, &mut report);
    doctor::ports(&config, roles, &mut report);
    doctor::databases(&config, roles, &mut report).await;
    let mut out = std::io::stdout().lock();
    write!(out, "Configuration in effect:\n{config}\nChecks:\n{report}")?;
    Ok(if report.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        let cli =
            Cli::try_parse_from(["parlance", "serve", "--roles", "tenant-api,gateway,normalizer"]).unwrap();
        let Command::Serve(serve) = cli.command else {
            panic!("not serve")
        };
        assert_eq!(
            Role::database_roles_of(&serve.roles),
            ["tenant", "events", "ingest"]
        );
        assert!(Cli::try_parse_from(["parlance", "serve"]).is_err());
        assert!(Cli::try_parse_from(["parlance", "dev", "--port-base", "65532"]).is_err());
    }
}

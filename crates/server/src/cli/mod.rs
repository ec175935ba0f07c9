//! The command line.

mod admin;
mod admin_args;
mod args;
mod audit;
pub mod dev;
pub mod doctor;
pub mod migrate;
mod openapi;
mod ports;
mod rebase;
mod replay;
mod role;
pub mod sandbox;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

pub use admin_args::{
    AdminCommand, CreatePlatformUserArgs, CreateTenantArgs, ReplayArgs, ReplayOnly, RetentionArgs,
    RotateKeysArgs, SetEntitlementArgs,
};
pub use args::{
    AuditCommand, ConfigArgs, DevArgs, DoctorArgs, OpenapiArgs, SandboxArgs, ServeArgs, Surface, VerifyArgs,
};
pub use ports::DevPorts;
pub use role::Role;

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
    /// Make the first accounts, rotate keys, look at what retention removed, apply stored webhooks again, go on after a restore
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Check the audit logs
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Run the simulated WhatsApp alone
    Sandbox(SandboxArgs),
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

//! The arguments of the commands, those of `parlance admin` aside.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Role;

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

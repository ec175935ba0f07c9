//! `parlance admin …` and its arguments.

use clap::{Args, Subcommand, ValueEnum};

use super::{ConfigArgs, replay};

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
    /// After a restore into another PostgreSQL cluster, before anything is started: let new events and audit entries stand
    /// after the restored ones
    RebasePositions(ConfigArgs),
}

impl AdminCommand {
    pub(super) fn config(&self) -> &ConfigArgs {
        match self {
            Self::CreatePlatformUser(args) => &args.config,
            Self::CreateTenant(args) => &args.config,
            Self::RotateKeys(args) => &args.config,
            Self::Retention(args) => &args.config,
            Self::SetEntitlement(args) => &args.config,
            Self::Replay(args) => &args.config,
            Self::RebasePositions(args) => args,
        }
    }
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

//! The typed configuration: compiled-in defaults, then a file, then `PARLANCE_*`; validated before anything starts.

mod load;
mod print;
pub mod reference;
mod validate;

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use time::Duration;
use url::Url;

pub use load::{Error, Problem};
pub use validate::Needs;

/// Everything an operator can set; no value of a secret shows in `Debug`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of the embedded database, the sandbox's state and `dev.json`.
    pub data_dir: PathBuf,
    /// Folder of stored media.
    pub blob_dir: PathBuf,
    /// URL of a role that may create roles and databases, for `migrate`; in `dev` it takes the place of the embedded PostgreSQL.
    pub database_url: Option<SecretString>,
    /// Master key that wraps every data key: 32 bytes in base64.
    pub master_key: Option<SecretString>,
    /// File that holds the master key in the same form.
    pub master_key_file: Option<PathBuf>,
    /// Where we listen.
    pub http: Http,
    /// How the outside reaches us: origins for cookies and CSRF, addresses for links and callbacks.
    pub public_urls: PublicUrls,
    /// One connection URL per role.
    pub database: Database,
    /// Proxies in front of us, by address or CIDR range: only their `X-Forwarded-For` tells who the client is.
    #[serde(deserialize_with = "words")]
    pub trusted_proxies: Vec<String>,
    /// How much one client, credential and tenant may ask.
    pub rate_limits: RateLimits,
    /// Outgoing connections.
    pub egress: Egress,
    /// What is logged, and how.
    pub log: Log,
    /// Webhook intake.
    pub ingest: Ingest,
    /// Sending.
    pub delivery: Delivery,
    /// How long things are kept.
    pub retention: Retention,
    /// Outgoing mail.
    pub mail: Mail,
}

/// Outgoing mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The server; mail is off without one.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// Sign-in at the server.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<SecretString>,
    /// Address that mail comes from.
    pub from: Option<String>,
    /// How long one hand-over may take.
    pub timeout_seconds: u16,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after a word in the clear, and nothing without it.
    StartTls,
    /// None.
    None,
}

/// Listen addresses, one per surface.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Tenant app and tenant API.
    pub tenant_app_addr: SocketAddr,
    /// Admin portal and its API.
    pub admin_portal_addr: SocketAddr,
    /// Webhook gateway.
    pub webhooks_addr: SocketAddr,
}

/// Public base URLs, one per surface; without path.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicUrls {
    /// Tenant app and tenant API.
    pub tenant_app: Url,
    /// Admin portal and its API.
    pub admin_portal: Url,
    /// Webhook gateway.
    pub webhooks: Url,
}

/// Connection URLs and pool sizes of the database roles.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Owner of the schema; migrations only.
    pub owner_url: Option<SecretString>,
    /// API, services and workers.
    pub tenant_url: Option<SecretString>,
    /// Gateway and normalizer.
    pub ingest_url: Option<SecretString>,
    /// Lanes and ledger.
    pub delivery_url: Option<SecretString>,
    /// Outbox tailer.
    pub events_url: Option<SecretString>,
    /// Admin portal.
    pub platform_url: Option<SecretString>,
    /// Seals of the audit logs and retention.
    pub upkeep_url: Option<SecretString>,
    /// Most connections per role in this process.
    pub pools: Pools,
}

/// Most connections per role in this process.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pools {
    /// API, services and workers.
    pub tenant: u32,
    /// Gateway and normalizer.
    pub ingest: u32,
    /// Lanes and ledger.
    pub delivery: u32,
    /// Outbox tailer.
    pub events: u32,
    /// Admin portal.
    pub platform: u32,
    /// Seals of the audit logs and retention.
    pub upkeep: u32,
}

/// Outgoing connections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Egress {
    /// Hosts, addresses and CIDR ranges that may be reached although they are private; a list, or comma-separated.
    #[serde(deserialize_with = "words")]
    pub allow: Vec<String>,
}

/// Log output.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Lines for people, or JSON for machines.
    pub format: LogFormat,
    /// A filter such as `info,inbound=debug`.
    pub filter: String,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Webhook intake.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ingest {
    /// Streams of the raw log; each has one writer. It must not shrink while the raw log holds rows of the higher ones.
    pub streams: u16,
    /// Most bodies in one commit.
    pub batch_rows: usize,
    /// Most bodies waiting per stream; more are answered 503.
    pub queue_rows: usize,
}

/// Sending.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Most lanes (phone numbers) that this process owns.
    pub lanes: usize,
    /// Most messages claimed at a time.
    pub claim_rows: usize,
}

/// Rate limits of the public surfaces, counted in each process.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// False limits nothing but failed sign-ins.
    pub enabled: bool,
    /// Of one session or API key.
    pub credential: Rate,
    /// Of all credentials of one tenant.
    pub tenant: Rate,
    /// Of one address that proves nothing.
    pub address: Rate,
    /// Sign-ins of one address.
    pub sign_in: Rate,
    /// Failed webhook handshakes of one address.
    pub handshake: Rate,
}

/// One rate.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// In the long run.
    pub per_minute: u32,
    /// At once.
    pub burst: u32,
}

impl RateLimits {
    /// Each rate by name.
    pub fn rates(&self) -> [(&'static str, Rate); 5] {
        [
            ("credential", self.credential),
            ("tenant", self.tenant),
            ("address", self.address),
            ("sign_in", self.sign_in),
            ("handshake", self.handshake),
        ]
    }
}

/// How long things are kept before the role `upkeep` removes them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days of webhooks as received; replay reaches as far.
    pub raw_webhook_days: u16,
    /// Days of the webhook log.
    pub webhook_outcome_days: u16,
    /// Days for which a live stream can be taken up again.
    pub outbox_days: u16,
    /// Hours for which a repeated call gets the same answer.
    pub idempotency_hours: u16,
}

impl Retention {
    /// The same as lengths of time.
    pub fn spans(&self) -> services::upkeep::Retention {
        services::upkeep::Retention {
            raw_webhooks: Duration::days(self.raw_webhook_days.into()),
            webhook_outcomes: Duration::days(self.webhook_outcome_days.into()),
            outbox: Duration::days(self.outbox_days.into()),
            idempotency_keys: Duration::hours(self.idempotency_hours.into()),
        }
    }
}

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        One(String),
        Many(Vec<String>),
    }
    let words = match Words::deserialize(deserializer)? {
        Words::One(text) => text.split(',').map(|word| word.trim().to_owned()).collect(),
        Words::Many(words) => words,
    };
    Ok(words.into_iter().filter(|word| !word.is_empty()).collect())
}

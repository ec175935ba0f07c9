use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use api::http::client::TrustedProxies;
use backends::{MasterKeys, SmtpError, SmtpMailer, SmtpSecurity, SmtpSettings};
use egress::AllowRule;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::load::{Error, Problem};
use super::{Config, Database, MailSecurity};

const MAX_POOL: u32 = 1000;

/// What a command needs beyond values that are sound in themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs<'a> {
    /// Database roles whose URL must be there, by name (`tenant`, `ingest`, …).
    pub roles: &'a [&'a str],
    /// The master key.
    pub master_key: bool,
    /// Listeners reachable from outside: public URLs are https, or on this machine.
    pub listeners: bool,
}

impl Database {
    /// Each role's name and URL, in a fixed order.
    pub fn urls(&self) -> [(&'static str, Option<&SecretString>); 7] {
        [
            ("owner", self.owner_url.as_ref()),
            ("tenant", self.tenant_url.as_ref()),
            ("ingest", self.ingest_url.as_ref()),
            ("delivery", self.delivery_url.as_ref()),
            ("events", self.events_url.as_ref()),
            ("platform", self.platform_url.as_ref()),
            ("upkeep", self.upkeep_url.as_ref()),
        ]
    }
}

impl Config {
    /// Checks every value and what the command needs; lists all problems at once.
    pub fn validate(&self, needs: Needs<'_>) -> Result<(), Error> {
        let mut problems = Vec::new();
        self.check_numbers(&mut problems);
        self.check_urls(needs, &mut problems);
        self.check_databases(needs, &mut problems);
        match self.master_key() {
            Err(problem) => problems.push(problem),
            Ok(None) if needs.master_key => {
                problems.push(Problem::new(
                    "master_key",
                    "is missing: make one with `openssl rand -base64 32` and keep it safe",
                ));
            }
            Ok(_) => {}
        }
        if let Err(problem) = self.egress_allow() {
            problems.push(problem);
        }
        if let Err(problem) = self.proxies() {
            problems.push(problem);
        }
        if let Err(problem) = self.mailer() {
            problems.push(problem);
        }
        if self.log.filter.parse::<tracing_subscriber::EnvFilter>().is_err() {
            problems.push(Problem::new(
                "log.filter",
                "is not a filter: write it like `info,inbound=debug`",
            ));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error(problems))
        }
    }

    /// The egress exceptions, parsed.
    pub fn egress_allow(&self) -> Result<Vec<AllowRule>, Problem> {
        let parse = |entry: &String| {
            entry
                .parse()
                .map_err(|error: egress::PolicyError| Problem::new("egress.allow", error.to_string()))
        };
        self.egress.allow.iter().map(parse).collect()
    }

    /// The trusted proxies, parsed.
    pub fn proxies(&self) -> Result<TrustedProxies, Problem> {
        TrustedProxies::parse(&self.trusted_proxies).map_err(|text| {
            Problem::new(
                "trusted_proxies",
                format!("`{text}` is neither an address nor a range: write it like 10.0.0.5 or 10.0.0.0/8"),
            )
        })
    }

    /// The way to the mail server with the address that mail comes from; `None` while mail is off.
    pub fn mailer(&self) -> Result<Option<(SmtpMailer, String)>, Problem> {
        let mail = &self.mail;
        let Some(host) = mail.host.clone().filter(|host| !host.is_empty()) else {
            return Ok(None);
        };
        let Some(from) = mail.from.clone() else {
            return Err(Problem::new(
                "mail.from",
                "is missing: give the sender, like `Parlance <no-reply@example.org>`",
            ));
        };
        let credentials = match (mail.user.clone(), mail.password.clone()) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => {
                return Err(Problem::new(
                    "mail.password",
                    "and mail.user belong together: give both, or neither",
                ));
            }
        };
        let settings = SmtpSettings {
            host,
            port: mail.port,
            security: match mail.security {
                MailSecurity::Tls => SmtpSecurity::Tls,
                MailSecurity::StartTls => SmtpSecurity::StartTls,
                MailSecurity::None => SmtpSecurity::None,
            },
            credentials,
            from: from.clone(),
            timeout: Duration::from_secs(mail.timeout_seconds.into()),
        };
        match SmtpMailer::new(&settings) {
            Ok(mailer) => Ok(Some((mailer, from))),
            Err(error @ SmtpError::From) => Err(Problem::new("mail.from", error.to_string())),
            Err(error) => Err(Problem::new("mail.host", error.to_string())),
        }
    }

    /// The master keys in base64, from the environment or their file; `None` when neither is set.
    pub fn master_key(&self) -> Result<Option<SecretString>, Problem> {
        let (key, text) = match (&self.master_key, &self.master_key_file) {
            (Some(_), Some(_)) => {
                return Err(Problem::new(
                    "master_key",
                    "is given twice: keep either master_key or master_key_file",
                ));
            }
            (Some(secret), None) => ("master_key", secret.clone()),
            (None, Some(file)) => {
                let text = fs::read_to_string(file).map_err(|error| {
                    Problem::new(
                        "master_key_file",
                        format!("cannot read {}: {error}", file.display()),
                    )
                })?;
                ("master_key_file", SecretString::from(text))
            }
            (None, None) => return Ok(None),
        };
        let trimmed = text.expose_secret().trim();
        let trimmed = SecretString::from(trimmed);
        match MasterKeys::from_base64(&trimmed) {
            Ok(_) => Ok(Some(trimmed)),
            Err(error) => Err(Problem::new(key, error.to_string())),
        }
    }

    fn check_numbers(&self, problems: &mut Vec<Problem>) {
        let pools = &self.database.pools;
        let keep = &self.retention;
        let bounded: [(&str, u64, u64, u64); 16] = [
            ("database.pools.tenant", pools.tenant.into(), 1, MAX_POOL.into()),
            ("database.pools.ingest", pools.ingest.into(), 1, MAX_POOL.into()),
            (
                "database.pools.delivery",
                pools.delivery.into(),
                1,
                MAX_POOL.into(),
            ),
            ("database.pools.events", pools.events.into(), 1, MAX_POOL.into()),
            (
                "database.pools.platform",
                pools.platform.into(),
                1,
                MAX_POOL.into(),
            ),
            ("database.pools.upkeep", pools.upkeep.into(), 1, MAX_POOL.into()),
            ("ingest.streams", self.ingest.streams.into(), 1, 256),
            ("ingest.batch_rows", self.ingest.batch_rows as u64, 1, 10_000),
            ("ingest.queue_rows", self.ingest.queue_rows as u64, 1, 100_000),
            ("delivery.lanes", self.delivery.lanes as u64, 1, 100_000),
            ("delivery.claim_rows", self.delivery.claim_rows as u64, 1, 10_000),
            ("retention.raw_webhook_days", keep.raw_webhook_days.into(), 1, 400),
            (
                "retention.webhook_outcome_days",
                keep.webhook_outcome_days.into(),
                1,
                3_650,
            ),
            ("mail.timeout_seconds", self.mail.timeout_seconds.into(), 1, 90),
            ("retention.outbox_days", keep.outbox_days.into(), 1, 365),
            (
                "retention.idempotency_hours",
                keep.idempotency_hours.into(),
                24,
                720,
            ),
        ];
        for (name, rate) in self.rate_limits.rates() {
            for (part, value) in [("per_minute", rate.per_minute), ("burst", rate.burst)] {
                if !(1..=60_000_000).contains(&value) {
                    problems.push(Problem::new(
                        format!("rate_limits.{name}.{part}"),
                        format!("is {value}; it must be from 1 to 60000000"),
                    ));
                }
            }
        }
        for (key, value, least, most) in bounded {
            if !(least..=most).contains(&value) {
                problems.push(Problem::new(
                    key,
                    format!("is {value}; it must be from {least} to {most}"),
                ));
            }
        }
    }

    fn check_urls(&self, needs: Needs<'_>, problems: &mut Vec<Problem>) {
        let mut origins = BTreeMap::new();
        let mut listeners = BTreeMap::new();
        let surfaces = [
            (
                "tenant_app",
                &self.public_urls.tenant_app,
                self.http.tenant_app_addr,
            ),
            (
                "admin_portal",
                &self.public_urls.admin_portal,
                self.http.admin_portal_addr,
            ),
            ("webhooks", &self.public_urls.webhooks, self.http.webhooks_addr),
        ];
        for (name, url, address) in surfaces {
            let key = format!("public_urls.{name}");
            if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
                problems.push(Problem::new(
                    key,
                    "must begin with https:// (or http:// on this machine)",
                ));
            } else if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
                problems.push(Problem::new(
                    key,
                    "must have no path: give scheme, host and port only",
                ));
            } else if needs.listeners && url.scheme() == "http" && !on_this_machine(url) {
                problems.push(Problem::new(
                    key,
                    "must be https: cookies and webhooks never cross a network in the clear",
                ));
            }
            if let Some(other) = origins.insert(url.origin().ascii_serialization(), name) {
                let text = format!(
                    "is the same origin as public_urls.{other}: each surface needs its own host or port"
                );
                problems.push(Problem::new(format!("public_urls.{name}"), text));
            }
            if address.port() != 0 && listeners.insert(address, name).is_some() {
                problems.push(Problem::new(
                    format!("http.{name}_addr"),
                    "is taken by another surface: give each its own port",
                ));
            }
        }
    }

    fn check_databases(&self, needs: Needs<'_>, problems: &mut Vec<Problem>) {
        let urls = self.database.urls();
        for (role, url) in urls {
            let key = format!("database.{role}_url");
            match url.map(|url| Url::parse(url.expose_secret())) {
                Some(Ok(url)) if matches!(url.scheme(), "postgres" | "postgresql") => {
                    let login = format!("parlance_{role}");
                    if url.username() != login {
                        let text = format!("must sign in as {login}: the schema grants to that role");
                        problems.push(Problem::new(key, text));
                    }
                }
                Some(_) => problems.push(Problem::new(
                    key,
                    "is no URL: write it like postgres://role:password@host:5432/parlance",
                )),
                None if needs.roles.contains(&role) => {
                    problems.push(Problem::new(
                        key,
                        "is missing: `parlance migrate` makes the role, this is its connection URL",
                    ));
                }
                None => {}
            }
        }
        if let Some(url) = &self.database_url
            && !Url::parse(url.expose_secret()).is_ok_and(|url| url.scheme().starts_with("postgres"))
        {
            problems.push(Problem::new(
                "database_url",
                "is no URL: write it like postgres://role:password@host:5432/parlance",
            ));
        }
    }
}

fn on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Config, LogFormat, MailSecurity};

const MASKED: &str = "••••";
const UNSET: &str = "(not set)";

impl Config {
    /// Every key with its value in effect, in the order of the defaults; secrets are masked.
    pub fn entries(&self) -> Vec<(String, String)> {
        let secret = |secret: &Option<SecretString>| secret.as_ref().map_or(UNSET, |_| MASKED).to_owned();
        let file = self
            .master_key_file
            .as_ref()
            .map_or(UNSET.to_owned(), |file| file.display().to_string());
        let format = match self.log.format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        let pools = &self.database.pools;
        let mut entries: Vec<(&str, String)> = vec![
            ("data_dir", self.data_dir.display().to_string()),
            ("blob_dir", self.blob_dir.display().to_string()),
            (
                "database_url",
                self.database_url.as_ref().map_or(UNSET.to_owned(), masked_url),
            ),
            ("master_key", secret(&self.master_key)),
            ("master_key_file", file),
            ("http.tenant_app_addr", self.http.tenant_app_addr.to_string()),
            ("http.admin_portal_addr", self.http.admin_portal_addr.to_string()),
            ("http.webhooks_addr", self.http.webhooks_addr.to_string()),
            ("public_urls.tenant_app", self.public_urls.tenant_app.to_string()),
            (
                "public_urls.admin_portal",
                self.public_urls.admin_portal.to_string(),
            ),
            ("public_urls.webhooks", self.public_urls.webhooks.to_string()),
        ];
        entries.extend([
            ("database.pools.tenant", pools.tenant.to_string()),
            ("database.pools.ingest", pools.ingest.to_string()),
            ("database.pools.delivery", pools.delivery.to_string()),
            ("database.pools.events", pools.events.to_string()),
            ("database.pools.platform", pools.platform.to_string()),
            ("database.pools.upkeep", pools.upkeep.to_string()),
            ("egress.allow", self.egress.allow.join(", ")),
            ("log.format", format.to_owned()),
            ("log.filter", self.log.filter.clone()),
            ("ingest.streams", self.ingest.streams.to_string()),
            ("ingest.batch_rows", self.ingest.batch_rows.to_string()),
            ("ingest.queue_rows", self.ingest.queue_rows.to_string()),
            ("delivery.lanes", self.delivery.lanes.to_string()),
            ("delivery.claim_rows", self.delivery.claim_rows.to_string()),
        ]);
        let urls = self.database.urls().map(|(role, url)| {
            (
                format!("database.{role}_url"),
                url.map_or(UNSET.to_owned(), masked_url),
            )
        });
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .chain(self.use_entries())
            .chain(self.mail_entries())
            .chain(urls)
            .collect()
    }

    /// Keys about outgoing mail.
    fn mail_entries(&self) -> Vec<(String, String)> {
        let mail = &self.mail;
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| UNSET.to_owned());
        let security = match mail.security {
            MailSecurity::Tls => "tls",
            MailSecurity::StartTls => "starttls",
            MailSecurity::None => "none",
        };
        let password = mail.password.as_ref().map_or(UNSET, |_| MASKED);
        [
            ("mail.host", text(&mail.host)),
            ("mail.port", mail.port.to_string()),
            ("mail.security", security.to_owned()),
            ("mail.user", text(&mail.user)),
            ("mail.password", password.to_owned()),
            ("mail.from", text(&mail.from)),
            ("mail.timeout_seconds", mail.timeout_seconds.to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    /// Keys about who may ask how much, and how long things are kept.
    fn use_entries(&self) -> Vec<(String, String)> {
        let keep = &self.retention;
        let single = [
            ("trusted_proxies", self.trusted_proxies.join(", ")),
            ("rate_limits.enabled", self.rate_limits.enabled.to_string()),
            ("retention.raw_webhook_days", keep.raw_webhook_days.to_string()),
            (
                "retention.webhook_outcome_days",
                keep.webhook_outcome_days.to_string(),
            ),
            ("retention.outbox_days", keep.outbox_days.to_string()),
            ("retention.idempotency_hours", keep.idempotency_hours.to_string()),
        ];
        let single = single.into_iter().map(|(key, value)| (key.to_owned(), value));
        let rates = self.rate_limits.rates().into_iter().flat_map(|(name, rate)| {
            [
                (
                    format!("rate_limits.{name}.per_minute"),
                    rate.per_minute.to_string(),
                ),
                (format!("rate_limits.{name}.burst"), rate.burst.to_string()),
            ]
        });
        single.chain(rates).collect()
    }
}

/// A connection URL with its password masked, and nothing at all when it cannot be read as one.
fn masked_url(url: &SecretString) -> String {
    let Ok(url) = Url::parse(url.expose_secret()) else {
        return MASKED.to_owned();
    };
    let password = if url.password().is_some() {
        format!(":{MASKED}")
    } else {
        String::new()
    };
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let socket = url
        .query_pairs()
        .find(|(key, _)| key == "host")
        .map_or(String::new(), |(_, dir)| format!("?host={dir}"));
    format!(
        "{}://{}{password}@{host}{port}{}{socket}",
        url.scheme(),
        url.username(),
        url.path()
    )
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries()
            .iter()
            .try_for_each(|(key, value)| writeln!(f, "  {key:<30} {value}"))
    }
}

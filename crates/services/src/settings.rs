//! What a tenant says of itself, and what the installation does for it.

use domain::{Error, Result, permission::Permission};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    TenantScope, audit,
    settings::{self, SettingsRow},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{platform::fields::Faults, tenant::TenantServices};

/// Longest language tag.
const LANGUAGE_CHARS_MAX: usize = 35;

/// Settings of a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsView {
    /// Its name.
    pub name: String,
    /// Its place in addresses.
    pub slug: String,
    /// Its time zone by IANA name: `Europe/Berlin`.
    pub time_zone: String,
    /// Language of people who have not chosen their own: `en`.
    pub language: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Address that mail of this installation comes from; null while mail is off.
    pub mail_from: Option<String>,
    /// How long the installation keeps things.
    pub retention: RetentionView,
}

/// How long the installation keeps things.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionView {
    /// Days of webhooks as received.
    pub raw_webhook_days: i64,
    /// Days of the webhook log.
    pub webhook_outcome_days: i64,
    /// Days for which a live stream can be taken up again.
    pub outbox_days: i64,
    /// Hours for which a repeated call gets the same answer.
    pub idempotency_hours: i64,
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSettings {
    /// 1 to 120 characters.
    pub name: Option<String>,
    /// An IANA name: `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// A language tag: `en`, `pt-BR`.
    pub language: Option<String>,
}

impl TenantServices {
    /// The tenant's settings.
    pub async fn settings(&self, scope: &TenantScope) -> Result<SettingsView> {
        scope.require(Permission::SettingsManage)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(self.settings_view(settings::get(&mut tx).await?))
    }

    /// Changes them.
    pub async fn change_settings(
        &self,
        scope: &TenantScope,
        request: ChangeSettings,
    ) -> Result<SettingsView> {
        scope.require(Permission::SettingsManage)?;
        let mut tx = self.db.begin(scope).await?;
        let before = settings::get(&mut tx).await?;
        let name = request.name.as_deref().unwrap_or(&before.name).trim();
        let time_zone = request.time_zone.as_deref().unwrap_or(&before.time_zone);
        let language = request.language.as_deref().unwrap_or(&before.language);
        let mut faults = Faults::default();
        faults.name("name", name);
        faults.check(
            "language",
            is_language(language),
            "A language tag such as en or pt-BR.",
        );
        faults.refuse()?;
        if time_zone != before.time_zone && !settings::knows_time_zone(&mut tx, time_zone).await? {
            return Err(Error::invalid(
                "time_zone",
                "A time zone such as Europe/Berlin, by its IANA name.",
            ));
        }
        settings::update(&mut tx, name, time_zone, language).await?;
        let renamed = name != before.name;
        let details = json!({ "renamed": renamed, "time_zone": time_zone, "language": language });
        let entry = self.audit("tenant.update", scope.tenant_id(), details);
        audit::append(&mut tx, scope, &entry).await?;
        let after = settings::get(&mut tx).await?;
        tx.commit().await?;
        Ok(self.settings_view(after))
    }

    fn settings_view(&self, row: SettingsRow) -> SettingsView {
        let keep = &self.installation.retention;
        SettingsView {
            name: row.name,
            slug: row.slug,
            time_zone: row.time_zone,
            language: row.language,
            created_at: row.created_at,
            mail_from: self.installation.mail_from.clone(),
            retention: RetentionView {
                raw_webhook_days: keep.raw_webhooks.whole_days(),
                webhook_outcome_days: keep.webhook_outcomes.whole_days(),
                outbox_days: keep.outbox.whole_days(),
                idempotency_hours: keep.idempotency_keys.whole_hours(),
            },
        }
    }
}

/// True for a tag of letters and digits, the first part of two or three lower-case letters.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    let rest = parts
        .all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    first && rest && tag.len() <= LANGUAGE_CHARS_MAX
}

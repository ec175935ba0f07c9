use domain::Result;
use serde::Serialize;
use store::page::{Page, PageRequest};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{PlatformScope, PlatformServices};

/// What one run of retention removed under one rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RetentionReport {
    /// The rule: `raw_webhooks`, `webhook_outcomes`, `outbox`, `idempotency_keys`, `sessions`, `platform_sessions`,
    /// `sign_in_throttles`, `dead_jobs`, `mails`, `invitations` or `password_resets`.
    pub rule: String,
    /// What was older went.
    #[serde(with = "time::serde::rfc3339")]
    pub cutoff: OffsetDateTime,
    /// Rows that went.
    pub removed: i64,
    /// From where: a day, a place in the outbox, a time.
    pub first: String,
    /// To where.
    pub last: String,
    /// When, by the product's clock.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl PlatformServices {
    /// What retention removed, the latest first.
    pub async fn retention(&self, _: &PlatformScope, page: &PageRequest) -> Result<Page<RetentionReport>> {
        self.retention_reports(page).await
    }

    /// The same for the command line on the machine itself.
    pub async fn retention_reports(&self, page: &PageRequest) -> Result<Page<RetentionReport>> {
        let page = self.db.retention_reports(page).await?;
        Ok(page.map(|row| RetentionReport {
            rule: row.rule,
            cutoff: row.cutoff,
            removed: row.removed,
            first: row.first_place,
            last: row.last_place,
            at: row.at,
        }))
    }
}

use domain::{MetaAppId, Result, TenantId};
use serde::{Deserialize, Serialize};
use store::platform::{self as rows, WebhookRow};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{PlatformScope, PlatformServices};
use crate::{Page, PageRequest};

/// What became of one change of a webhook; never a word of its body.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookOutcome {
    /// Day, stream and place in the raw log, and place in the body.
    #[schema(example = "20261122-3-17-0")]
    pub id: String,
    /// When the body came.
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// When the change was applied.
    #[serde(with = "time::serde::rfc3339")]
    pub processed_at: OffsetDateTime,
    /// Whose signature it bore.
    pub meta_app: MetaAppRef,
    /// Whose change it is; null when that is not proven.
    #[schema(required)]
    pub tenant: Option<TenantRef>,
    /// The provider's id of the WABA.
    #[schema(required)]
    pub provider_waba_id: Option<String>,
    /// The provider's id of the number.
    #[schema(required)]
    pub provider_number_id: Option<String>,
    /// The provider's name for the kind of change.
    pub field: String,
    /// What became of it.
    pub outcome: WebhookOutcomeKind,
    /// Why, masked.
    #[schema(required)]
    pub detail: Option<String>,
    /// Messages made.
    pub messages: i32,
    /// Statuses merged.
    pub statuses: i32,
    /// Facts that were known.
    pub duplicates: i32,
}

/// An app in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetaAppRef {
    /// Its id.
    pub id: MetaAppId,
    /// Its name.
    pub name: String,
}

/// A tenant in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TenantRef {
    /// Its id.
    pub id: TenantId,
    /// Its place in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookOutcomeKind {
    /// It changed the model.
    Applied,
    /// Everything in it was known.
    Duplicate,
    /// Kept, of a field or kind that is not understood yet.
    Unsupported,
    /// No tenant has this WABA or number.
    Unroutable,
    /// Signed by an app that is not bound to the WABA.
    UnboundApp,
    /// Not what the provider documents.
    Unreadable,
}

impl From<rows::WebhookOutcome> for WebhookOutcomeKind {
    fn from(stored: rows::WebhookOutcome) -> Self {
        match stored {
            rows::WebhookOutcome::Applied => Self::Applied,
            rows::WebhookOutcome::Duplicate => Self::Duplicate,
            rows::WebhookOutcome::Unsupported => Self::Unsupported,
            rows::WebhookOutcome::Unroutable => Self::Unroutable,
            rows::WebhookOutcome::UnboundApp => Self::UnboundApp,
            rows::WebhookOutcome::Unreadable => Self::Unreadable,
        }
    }
}

impl From<WebhookOutcomeKind> for rows::WebhookOutcome {
    fn from(kind: WebhookOutcomeKind) -> Self {
        match kind {
            WebhookOutcomeKind::Applied => Self::Applied,
            WebhookOutcomeKind::Duplicate => Self::Duplicate,
            WebhookOutcomeKind::Unsupported => Self::Unsupported,
            WebhookOutcomeKind::Unroutable => Self::Unroutable,
            WebhookOutcomeKind::UnboundApp => Self::UnboundApp,
            WebhookOutcomeKind::Unreadable => Self::Unreadable,
        }
    }
}

impl From<WebhookRow> for WebhookOutcome {
    fn from(row: WebhookRow) -> Self {
        let (year, month, day) = row.day.to_calendar_date();
        let day = format!("{year:04}{:02}{day:02}", u8::from(month));
        Self {
            id: format!("{day}-{}-{}-{}", row.stream, row.seq, row.change_index),
            received_at: row.received_at,
            processed_at: row.processed_at,
            meta_app: MetaAppRef {
                id: row.meta_app_id,
                name: row.meta_app_name,
            },
            tenant: row.tenant.map(|(id, slug, name)| TenantRef { id, slug, name }),
            provider_waba_id: row.provider_waba_id,
            provider_number_id: row.provider_number_id,
            field: row.field,
            outcome: row.outcome.into(),
            detail: row.detail,
            messages: row.messages,
            statuses: row.statuses,
            duplicates: row.duplicates,
        }
    }
}

/// Which changes are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebhookFilter {
    /// Only of this outcome.
    pub outcome: Option<WebhookOutcomeKind>,
    /// Only of this tenant.
    pub tenant_id: Option<TenantId>,
}

impl PlatformServices {
    /// What became of each change of each webhook, the latest received first.
    pub async fn webhooks(
        &self,
        _: &PlatformScope,
        filter: WebhookFilter,
        page: &PageRequest,
    ) -> Result<Page<WebhookOutcome>> {
        let filter = rows::WebhookFilter {
            outcome: filter.outcome.map(Into::into),
            tenant_id: filter.tenant_id,
        };
        Ok(self
            .db
            .webhook_outcomes(filter, page)
            .await?
            .map(WebhookOutcome::from))
    }
}

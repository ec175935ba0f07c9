use domain::{MetaAppId, TenantId};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    page::{Page, PageRequest},
    pool::PlatformDb,
};

/// What became of one change of a webhook; the numbers are those of `webhook_outcomes.outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum WebhookOutcome {
    /// It changed the model.
    Applied = 1,
    /// Everything in it was known.
    Duplicate = 2,
    /// Kept, of a field or kind that is not understood yet.
    Unsupported = 3,
    /// No tenant has this WABA or number.
    Unroutable = 4,
    /// Signed by an app that is not bound to the WABA.
    UnboundApp = 5,
    /// Not what the provider documents.
    Unreadable = 6,
}

impl TryFrom<i16> for WebhookOutcome {
    type Error = Error;

    fn try_from(stored: i16) -> Result<Self> {
        Ok(match stored {
            1 => Self::Applied,
            2 => Self::Duplicate,
            3 => Self::Unsupported,
            4 => Self::Unroutable,
            5 => Self::UnboundApp,
            6 => Self::Unreadable,
            _ => {
                return Err(Error::Inconsistent {
                    table: "webhook_outcomes",
                    column: "outcome",
                });
            }
        })
    }
}

/// Which changes are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebhookFilter {
    /// Only of this outcome.
    pub outcome: Option<WebhookOutcome>,
    /// Only of this tenant.
    pub tenant_id: Option<TenantId>,
}

/// One change of a webhook, without a word of its body.
#[derive(Debug, Clone)]
pub struct WebhookRow {
    /// Day of the raw log.
    pub day: Date,
    /// Stream of the raw log.
    pub stream: i16,
    /// Place in the stream.
    pub seq: i64,
    /// Place in the body, from 0.
    pub change_index: i32,
    /// When the body came.
    pub received_at: OffsetDateTime,
    /// When it was applied.
    pub processed_at: OffsetDateTime,
    /// Whose signature it bore.
    pub meta_app_id: MetaAppId,
    /// Name of that app.
    pub meta_app_name: String,
    /// Whose it is: id, slug, name.
    pub tenant: Option<(TenantId, String, String)>,
    /// The provider's id of the WABA.
    pub provider_waba_id: Option<String>,
    /// The provider's id of the number.
    pub provider_number_id: Option<String>,
    /// The provider's name for the kind of change.
    pub field: String,
    /// What became of it.
    pub outcome: WebhookOutcome,
    /// Why, masked.
    pub detail: Option<String>,
    /// Messages made.
    pub messages: i32,
    /// Statuses merged.
    pub statuses: i32,
    /// Facts that were known.
    pub duplicates: i32,
}

/// `received_at` in microseconds, the database's precision, then the rest of the key.
type Key = (i64, i16, i64, i32);

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

fn from_micros(micros: i64) -> Result<OffsetDateTime> {
    let bad = |_| {
        domain::Error::invalid(
            "cursor",
            "Use the next_cursor of the former page as it is, or leave it out.",
        )
    };
    Ok(OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).map_err(bad)?)
}

struct RawWebhook {
    day: Date,
    stream: i16,
    seq: i64,
    change_index: i32,
    received_at: OffsetDateTime,
    processed_at: OffsetDateTime,
    meta_app_id: Uuid,
    meta_app_name: String,
    tenant_id: Option<Uuid>,
    tenant_slug: Option<String>,
    tenant_name: Option<String>,
    provider_waba_id: Option<String>,
    provider_number_id: Option<String>,
    field: String,
    outcome: i16,
    detail: Option<String>,
    messages: i32,
    statuses: i32,
    duplicates: i32,
}

impl TryFrom<RawWebhook> for WebhookRow {
    type Error = Error;

    fn try_from(raw: RawWebhook) -> Result<Self> {
        let tenant = match (raw.tenant_id, raw.tenant_slug, raw.tenant_name) {
            (Some(id), Some(slug), Some(name)) => Some((TenantId::new(id), slug, name)),
            _ => None,
        };
        Ok(Self {
            day: raw.day,
            stream: raw.stream,
            seq: raw.seq,
            change_index: raw.change_index,
            received_at: raw.received_at,
            processed_at: raw.processed_at,
            meta_app_id: MetaAppId::new(raw.meta_app_id),
            meta_app_name: raw.meta_app_name,
            tenant,
            provider_waba_id: raw.provider_waba_id,
            provider_number_id: raw.provider_number_id,
            field: raw.field,
            outcome: raw.outcome.try_into()?,
            detail: raw.detail,
            messages: raw.messages,
            statuses: raw.statuses,
            duplicates: raw.duplicates,
        })
    }
}

impl PlatformDb {
    /// Changes of webhooks, the latest received first.
    pub async fn webhook_outcomes(
        &self,
        filter: WebhookFilter,
        page: &PageRequest,
    ) -> Result<Page<WebhookRow>> {
        let key = page.key::<Key>()?;
        let before = key.map(|(at, ..)| from_micros(at)).transpose()?;
        let (_, stream, seq, change_index) = key.unwrap_or_default();
        let rows = sqlx::query_as!(
            RawWebhook,
            r#"select
               o.day,
               o.stream,
               o.seq,
               o.change_index,
               o.received_at,
               o.processed_at,
               a.id as meta_app_id,
               a.name as meta_app_name,
               o.tenant_id,
               t.slug as "tenant_slug?",
               t.name as "tenant_name?",
               o.provider_waba_id,
               o.provider_number_id,
               o.field,
               o.outcome,
               o.detail,
               o.messages,
               o.statuses,
               o.duplicates
             from webhook_outcomes o
             join meta_apps a on a.id = o.meta_app_id
             left join tenants t on t.id = o.tenant_id
             where o.received_at <= coalesce($1::timestamptz, 'infinity')
               and (
                 o.received_at < coalesce($1::timestamptz, 'infinity')
                 or (o.stream, o.seq, o.change_index) > ($2::smallint, $3::bigint, $4::integer)
               )
               and ($5::smallint is null or o.outcome = $5)
               and ($6::uuid is null or o.tenant_id = $6)
             order by
               o.received_at desc,
               o.stream,
               o.seq,
               o.change_index
             limit $7"#,
            before,
            stream,
            seq,
            change_index,
            filter.outcome.map(|outcome| outcome as i16),
            filter.tenant_id.map(TenantId::uuid),
            page.fetch(),
        )
        .fetch_all(&self.0)
        .await?;
        let rows: Result<Vec<_>> = rows.into_iter().map(WebhookRow::try_from).collect();
        let key = |row: &WebhookRow| (micros(row.received_at), row.stream, row.seq, row.change_index);
        Ok(Page::cut(rows?, page.fetch(), key))
    }
}

//! WABAs, numbers, provider accounts and routes of a tenant.

mod accounts;
pub(crate) mod stops;
mod wabas;

use domain::{
    ChannelAccountId, PhoneNumberId, PortfolioId, WabaId,
    ports::{NumberDetails, NumberFields},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    tx::TenantTx,
};

pub use accounts::{NewProviderAccount, connection, insert_provider_account, set_credential};
pub use stops::{StopRow, lift, of_account};
pub use wabas::{MetaAppRow, WabaRow, any_of_waba, app_of_waba, meta_apps, wabas};

/// A number with its health.
#[derive(Debug, Clone)]
pub struct NumberRow {
    /// The number.
    pub id: PhoneNumberId,
    /// Its WABA.
    pub waba_id: WabaId,
    /// Its channel account.
    pub channel_account_id: ChannelAccountId,
    /// Portfolio of its WABA: scope of user ids.
    pub portfolio_id: PortfolioId,
    /// The provider's id.
    pub provider_number_id: String,
    /// As people write it.
    pub display_phone_number: String,
    /// Name shown to customers.
    pub verified_name: String,
    /// GREEN, YELLOW, RED or UNKNOWN.
    pub quality: String,
    /// CONNECTED when it may send.
    pub status: String,
    /// Messages per second.
    pub throughput_mps: i32,
    /// What else the provider tells.
    pub details: NumberDetails,
    /// Why it does not send now: the oldest of its stops.
    pub paused_reason: Option<String>,
    /// Everything that stops it, oldest first.
    pub stops: Vec<StopRow>,
    /// When its fields were last read.
    pub checked_at: OffsetDateTime,
    /// When it was connected.
    pub created_at: OffsetDateTime,
}

struct Row {
    id: Uuid,
    waba_id: Uuid,
    channel_account_id: Uuid,
    portfolio_id: Uuid,
    provider_number_id: String,
    display_phone_number: String,
    verified_name: String,
    quality: String,
    status: String,
    throughput_mps: i32,
    details: serde_json::Value,
    paused_reason: Option<String>,
    checked_at: OffsetDateTime,
    created_at: OffsetDateTime,
}

impl Row {
    fn with_stops(self, stops: Vec<StopRow>) -> NumberRow {
        let row = self;
        NumberRow {
            id: PhoneNumberId::new(row.id),
            waba_id: WabaId::new(row.waba_id),
            channel_account_id: ChannelAccountId::new(row.channel_account_id),
            portfolio_id: PortfolioId::new(row.portfolio_id),
            provider_number_id: row.provider_number_id,
            display_phone_number: row.display_phone_number,
            verified_name: row.verified_name,
            quality: row.quality,
            status: row.status,
            throughput_mps: row.throughput_mps,
            details: serde_json::from_value(row.details).unwrap_or_default(),
            paused_reason: row.paused_reason,
            stops,
            checked_at: row.checked_at,
            created_at: row.created_at,
        }
    }
}

/// Every number of the tenant, oldest first; a tenant has few.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<NumberRow>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query_as!(
        Row,
        "select n.id, n.waba_id, n.channel_account_id, w.portfolio_id, n.provider_number_id, n.display_phone_number, n.verified_name,
           n.quality, n.status, n.throughput_mps, n.details, n.paused_reason, n.checked_at, n.created_at
         from phone_numbers n
         join wabas w on w.tenant_id = n.tenant_id and w.id = n.waba_id
         where n.tenant_id = $1
         order by n.id
         limit 1000",
        tenant,
    )
    .fetch_all(tx.conn())
    .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut stops = stops::of(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let stops = stops.remove(&row.id).unwrap_or_default();
            row.with_stops(stops)
        })
        .collect())
}

/// One number.
pub async fn get(tx: &mut TenantTx, id: PhoneNumberId) -> Result<NumberRow> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query_as!(
        Row,
        "select n.id, n.waba_id, n.channel_account_id, w.portfolio_id, n.provider_number_id, n.display_phone_number, n.verified_name,
           n.quality, n.status, n.throughput_mps, n.details, n.paused_reason, n.checked_at, n.created_at
         from phone_numbers n
         join wabas w on w.tenant_id = n.tenant_id and w.id = n.waba_id
         where n.tenant_id = $1 and n.id = $2",
        tenant,
        id.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    let stops = stops::of(tx, &[row.id]).await?.remove(&row.id);
    Ok(row.with_stops(stops.unwrap_or_default()))
}

/// Stores the fields the provider told, for the number and its lane.
pub async fn set_fields(
    tx: &mut TenantTx,
    id: PhoneNumberId,
    fields: &NumberFields,
    at: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    let mps = i32::try_from(fields.throughput_mps).unwrap_or(i32::MAX);
    sqlx::query!(
        "update phone_numbers set display_phone_number = $3, verified_name = $4, quality = $5, status = $6, throughput_mps = $7, details = $8,
           checked_at = $9
         where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        fields.display_phone_number,
        fields.verified_name,
        fields.quality,
        fields.status,
        mps,
        details(fields)?,
        at,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update lanes set throughput_mps = $3 where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        mps
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) fn details(fields: &NumberFields) -> Result<serde_json::Value> {
    serde_json::to_value(&fields.details).map_err(|_| Error::Inconsistent {
        table: "phone_numbers",
        column: "details",
    })
}

//! WABAs, numbers, provider accounts and routes of a tenant.

use domain::{
    ChannelAccountId, GraphEnvironmentId, MetaAppId, PhoneNumberId, PortfolioId, ProviderAccountId, WabaId,
    crypto::Sealed,
    ports::{Connection, NumberDetails, NumberFields},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    tx::TenantTx,
    vault::{PROVIDER_CREDENTIAL, Vault},
};

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
    /// Why it does not send now.
    pub paused_reason: Option<String>,
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

impl From<Row> for NumberRow {
    fn from(row: Row) -> Self {
        Self {
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
    Ok(rows.into_iter().map(NumberRow::from).collect())
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
    Ok(row.into())
}

/// Where and as whom a number's provider is called; opens the credential.
pub async fn connection(tx: &mut TenantTx, vault: &Vault, id: PhoneNumberId) -> Result<Connection> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query!(
        "select n.provider_number_id, w.provider_waba_id, e.base_url, e.graph_version, a.credential_sealed, a.key_id
         from phone_numbers n
         join wabas w on w.tenant_id = n.tenant_id and w.id = n.waba_id
         join graph_environments e on e.id = w.graph_environment_id
         join provider_accounts a on a.tenant_id = n.tenant_id and a.id = n.provider_account_id
         where n.tenant_id = $1 and n.id = $2",
        tenant,
        id.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    let sealed = Sealed {
        key_id: domain::DataKeyId::new(row.key_id),
        bytes: row.credential_sealed,
    };
    Ok(Connection {
        base_url: row.base_url,
        graph_version: row.graph_version,
        access_token: vault.open(tx, PROVIDER_CREDENTIAL, &sealed).await?,
        provider_waba_id: row.provider_waba_id,
        provider_number_id: row.provider_number_id,
    })
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

/// Lets a paused number send again.
pub async fn resume(tx: &mut TenantTx, id: PhoneNumberId) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update phone_numbers set paused_reason = null, paused_class = null where tenant_id = $1 and id = $2",
        tenant,
        id.uuid()
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update lanes set paused_reason = null where tenant_id = $1 and id = $2",
        tenant,
        id.uuid()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets numbers of this credential send again that stopped because of it; other pauses stay. Returns them.
pub async fn lift_token_pauses(tx: &mut TenantTx, account: ProviderAccountId) -> Result<Vec<PhoneNumberId>> {
    let tenant = tx.tenant_id().uuid();
    let lifted = sqlx::query_scalar!(
        "update phone_numbers
         set paused_reason = null,
             paused_class = null
         where tenant_id = $1
           and provider_account_id = $2
           and paused_class = 'token'
         returning id",
        tenant,
        account.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "update lanes
         set paused_reason = null
         where tenant_id = $1
           and id = any($2)",
        tenant,
        &lifted,
    )
    .execute(tx.conn())
    .await?;
    Ok(lifted.into_iter().map(PhoneNumberId::new).collect())
}

/// A WABA with its Graph environment.
#[derive(Debug, Clone)]
pub struct WabaRow {
    /// The WABA.
    pub id: WabaId,
    /// Its name.
    pub name: String,
    /// The provider's id.
    pub provider_waba_id: String,
    /// Its Graph environment.
    pub graph_environment_id: GraphEnvironmentId,
    /// Name of the environment.
    pub environment_name: String,
    /// `meta`, `sandbox` or `test`.
    pub environment_kind: String,
}

/// Every WABA of the tenant.
pub async fn wabas(tx: &mut TenantTx) -> Result<Vec<WabaRow>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        "select w.id, w.name, w.provider_waba_id, e.id as environment_id, e.name as environment_name, e.kind as environment_kind
         from wabas w
         join graph_environments e on e.id = w.graph_environment_id
         where w.tenant_id = $1
         order by w.id
         limit 1000",
        tenant,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| WabaRow {
            id: WabaId::new(row.id),
            name: row.name,
            provider_waba_id: row.provider_waba_id,
            graph_environment_id: GraphEnvironmentId::new(row.environment_id),
            environment_name: row.environment_name,
            environment_kind: row.environment_kind,
        })
        .collect())
}

/// Some number of a WABA: its credential serves the WABA's calls.
pub async fn any_of_waba(tx: &mut TenantTx, waba: WabaId) -> Result<PhoneNumberId> {
    let tenant = tx.tenant_id().uuid();
    let id = sqlx::query_scalar!(
        "select id from phone_numbers where tenant_id = $1 and waba_id = $2 order by id limit 1",
        tenant,
        waba.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(PhoneNumberId::new(id))
}

/// The provider's id of the app that a WABA is bound to.
pub async fn app_of_waba(tx: &mut TenantTx, waba: WabaId) -> Result<String> {
    let tenant = tx.tenant_id().uuid();
    Ok(sqlx::query_scalar!(
        "select a.app_id from waba_routes r join meta_apps a on a.id = r.meta_app_id where r.tenant_id = $1 and r.waba_id = $2",
        tenant,
        waba.uuid(),
    )
    .fetch_one(tx.conn())
    .await?)
}

/// A MetaApp as a tenant may see it.
#[derive(Debug, Clone)]
pub struct MetaAppRow {
    /// The app.
    pub id: MetaAppId,
    /// Its name.
    pub name: String,
    /// The provider's id.
    pub app_id: String,
    /// Its Graph environment.
    pub graph_environment_id: GraphEnvironmentId,
    /// Name of the environment.
    pub environment_name: String,
    /// `meta`, `sandbox` or `test`.
    pub environment_kind: String,
    /// Base URL of the environment.
    pub base_url: String,
    /// Version prefix of the environment.
    pub graph_version: String,
}

/// Every MetaApp of the installation.
pub async fn meta_apps(tx: &mut TenantTx) -> Result<Vec<MetaAppRow>> {
    let rows = sqlx::query!(
        "select a.id, a.name, a.app_id, e.id as environment_id, e.name as environment_name, e.kind as environment_kind, e.base_url, e.graph_version
         from meta_apps a
         join graph_environments e on e.id = a.graph_environment_id
         order by a.id
         limit 1000"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| MetaAppRow {
            id: MetaAppId::new(row.id),
            name: row.name,
            app_id: row.app_id,
            graph_environment_id: GraphEnvironmentId::new(row.environment_id),
            environment_name: row.environment_name,
            environment_kind: row.environment_kind,
            base_url: row.base_url,
            graph_version: row.graph_version,
        })
        .collect())
}

/// A provider account to store.
#[derive(Debug)]
pub struct NewProviderAccount<'a> {
    /// Our id.
    pub id: ProviderAccountId,
    /// The sealed token.
    pub credential: &'a Sealed,
    /// Last four characters.
    pub hint: &'a str,
    /// When.
    pub now: OffsetDateTime,
}

/// Stores a sealed credential.
pub async fn insert_provider_account(tx: &mut TenantTx, account: &NewProviderAccount<'_>) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into provider_accounts (tenant_id, id, kind, credential_sealed, key_id, hint, created_at)
         values ($1, $2, 'cloud_api', $3, $4, $5, $6)",
        tenant,
        account.id.uuid(),
        account.credential.bytes,
        account.credential.key_id.uuid(),
        account.hint,
        account.now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Replaces the credential of an account.
pub async fn set_credential(
    tx: &mut TenantTx,
    id: ProviderAccountId,
    credential: &Sealed,
    hint: &str,
) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update provider_accounts set credential_sealed = $3, key_id = $4, hint = $5 where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        credential.bytes,
        credential.key_id.uuid(),
        hint,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

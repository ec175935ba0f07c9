//! The connect-a-number step log, and the transaction that makes a proven number routable.

mod pin;

use domain::{
    ChannelAccountId, ConnectionId, GraphEnvironmentId, MetaAppId, PhoneNumberId, PortfolioId,
    ProviderAccountId, WabaId,
    crypto::Sealed,
    ports::{NumberFields, WabaFields},
};
use secrecy::SecretString;
use time::OffsetDateTime;

use crate::{
    error::Result,
    tx::TenantTx,
    vault::{PROVIDER_CREDENTIAL, Vault},
};

pub use pin::{pin, set_pin};

/// A run of the step log.
#[derive(Debug, Clone)]
pub struct ConnectionRow {
    /// The run.
    pub id: ConnectionId,
    /// The app whose webhooks will count.
    pub meta_app_id: MetaAppId,
    /// The provider's WABA id, as the tenant gave it.
    pub provider_waba_id: String,
    /// The provider's number id, as the tenant gave it.
    pub provider_number_id: String,
    /// Holds the token.
    pub provider_account_id: ProviderAccountId,
    /// The number, once routable.
    pub phone_number_id: Option<PhoneNumberId>,
    /// `running`, `failed` or `connected`.
    pub state: String,
    /// The steps in order.
    pub steps: Vec<StepRow>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct StepRow {
    /// Its name.
    pub step: String,
    /// `pending`, `done` or `failed`.
    pub state: String,
    /// What was found, or the cure.
    pub detail: Option<String>,
    /// When it last changed.
    pub at: OffsetDateTime,
}

/// A run to store.
#[derive(Debug)]
pub struct NewConnection<'a> {
    /// The run.
    pub id: ConnectionId,
    /// The app.
    pub meta_app_id: MetaAppId,
    /// The provider's WABA id.
    pub provider_waba_id: &'a str,
    /// The provider's number id.
    pub provider_number_id: &'a str,
    /// Holds the token.
    pub provider_account_id: ProviderAccountId,
    /// Names of the steps in order.
    pub steps: &'a [&'static str],
    /// When.
    pub now: OffsetDateTime,
}

/// Stores a run with all steps pending.
pub async fn insert(tx: &mut TenantTx, connection: &NewConnection<'_>) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into connections (tenant_id, id, meta_app_id, provider_waba_id, provider_number_id, provider_account_id, state, created_at)
         values ($1, $2, $3, $4, $5, $6, 'running', $7)",
        tenant,
        connection.id.uuid(),
        connection.meta_app_id.uuid(),
        connection.provider_waba_id,
        connection.provider_number_id,
        connection.provider_account_id.uuid(),
        connection.now,
    )
    .execute(tx.conn())
    .await?;
    let steps: Vec<String> = connection.steps.iter().map(|step| (*step).to_owned()).collect();
    sqlx::query!(
        "insert into connection_steps (tenant_id, connection_id, position, step, state, at)
         select $1, $2, position::smallint, step, 'pending', $4
         from unnest($3::text[]) with ordinality as steps (step, position)",
        tenant,
        connection.id.uuid(),
        &steps,
        connection.now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One run with its steps.
pub async fn get(tx: &mut TenantTx, id: ConnectionId) -> Result<ConnectionRow> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query!(
        "select meta_app_id, provider_waba_id, provider_number_id, provider_account_id, phone_number_id, state
         from connections where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    let steps = sqlx::query_as!(
        StepRow,
        "select step, state, detail, at from connection_steps where tenant_id = $1 and connection_id = $2 order by position",
        tenant,
        id.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ConnectionRow {
        id,
        meta_app_id: MetaAppId::new(row.meta_app_id),
        provider_waba_id: row.provider_waba_id,
        provider_number_id: row.provider_number_id,
        provider_account_id: ProviderAccountId::new(row.provider_account_id),
        phone_number_id: row.phone_number_id.map(PhoneNumberId::new),
        state: row.state,
        steps,
    })
}

/// Opens the token of a run.
pub async fn token(tx: &mut TenantTx, vault: &Vault, account: ProviderAccountId) -> Result<SecretString> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query!(
        "select credential_sealed, key_id from provider_accounts where tenant_id = $1 and id = $2",
        tenant,
        account.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    let sealed = Sealed {
        key_id: domain::DataKeyId::new(row.key_id),
        bytes: row.credential_sealed,
    };
    vault.open(tx, PROVIDER_CREDENTIAL, &sealed).await
}

/// Records what became of a step.
pub async fn set_step(
    tx: &mut TenantTx,
    id: ConnectionId,
    step: &str,
    state: &str,
    detail: Option<&str>,
    at: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update connection_steps set state = $4, detail = $5, at = $6 where tenant_id = $1 and connection_id = $2 and step = $3",
        tenant,
        id.uuid(),
        step,
        state,
        detail,
        at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Records where the run stands.
pub async fn set_state(tx: &mut TenantTx, id: ConnectionId, state: &str) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update connections set state = $3 where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        state
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A number that the provider proved with the tenant's token.
#[derive(Debug)]
pub struct ProvenNumber<'a> {
    /// The run.
    pub connection: &'a ConnectionRow,
    /// Its Graph environment.
    pub graph_environment_id: GraphEnvironmentId,
    /// What the provider said of the WABA.
    pub waba: &'a WabaFields,
    /// What the provider said of the number.
    pub number: &'a NumberFields,
    /// Fresh ids, used where no row exists yet.
    pub ids: NewIds,
    /// When.
    pub now: OffsetDateTime,
}

/// Fresh ids for [`make_routable`].
#[derive(Debug, Clone, Copy)]
pub struct NewIds {
    /// Of the portfolio.
    pub portfolio: PortfolioId,
    /// Of the WABA.
    pub waba: WabaId,
    /// Of the channel account.
    pub channel_account: ChannelAccountId,
    /// Of the number.
    pub phone_number: PhoneNumberId,
}

/// True when the run's number routes to this tenant already.
pub async fn routes_here(tx: &mut TenantTx, proven: &ProvenNumber<'_>) -> Result<bool> {
    let routed = sqlx::query_scalar!(
        r#"select exists (
             select from number_routes
             where tenant_id = $1 and graph_environment_id = $2 and provider_number_id = $3) as "routed!""#,
        tx.tenant_id().uuid(),
        proven.graph_environment_id.uuid(),
        proven.connection.provider_number_id,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(routed)
}

/// Makes WABA, number, lane and routes in one go. A route that another tenant holds refuses with its constraint's name.
pub async fn make_routable(tx: &mut TenantTx, proven: &ProvenNumber<'_>) -> Result<PhoneNumberId> {
    let portfolio = portfolio(tx, proven).await?;
    let waba = waba(tx, proven, portfolio).await?;
    let number = number(tx, proven, waba).await?;
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update connections set phone_number_id = $3 where tenant_id = $1 and id = $2",
        tenant,
        proven.connection.id.uuid(),
        number.uuid(),
    )
    .execute(tx.conn())
    .await?;
    Ok(number)
}

async fn portfolio(tx: &mut TenantTx, proven: &ProvenNumber<'_>) -> Result<PortfolioId> {
    let fallback = format!("waba:{}", proven.connection.provider_waba_id);
    let business = proven.waba.business_id.clone().unwrap_or(fallback);
    sqlx::query!(
        "insert into portfolios (id, graph_environment_id, business_id, created_at) values ($1, $2, $3, $4)
         on conflict (graph_environment_id, business_id) do nothing",
        proven.ids.portfolio.uuid(),
        proven.graph_environment_id.uuid(),
        business,
        proven.now,
    )
    .execute(tx.conn())
    .await?;
    let id = sqlx::query_scalar!(
        "select id from portfolios where graph_environment_id = $1 and business_id = $2",
        proven.graph_environment_id.uuid(),
        business,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(PortfolioId::new(id))
}

async fn waba(tx: &mut TenantTx, proven: &ProvenNumber<'_>, portfolio: PortfolioId) -> Result<WabaId> {
    let tenant = tx.tenant_id().uuid();
    let environment = proven.graph_environment_id.uuid();
    let known = sqlx::query_scalar!(
        "select waba_id from waba_routes where tenant_id = $1 and graph_environment_id = $2 and provider_waba_id = $3",
        tenant,
        environment,
        proven.connection.provider_waba_id,
    )
    .fetch_optional(tx.conn())
    .await?;
    if let Some(known) = known {
        sqlx::query!(
            "update wabas set name = $3 where tenant_id = $1 and id = $2",
            tenant,
            known,
            proven.waba.name
        )
        .execute(tx.conn())
        .await?;
        sqlx::query!(
            "update waba_routes set meta_app_id = $3 where tenant_id = $1 and waba_id = $2",
            tenant,
            known,
            proven.connection.meta_app_id.uuid(),
        )
        .execute(tx.conn())
        .await?;
        return Ok(WabaId::new(known));
    }
    sqlx::query!(
        "insert into wabas (tenant_id, id, graph_environment_id, portfolio_id, provider_waba_id, name, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        proven.ids.waba.uuid(),
        environment,
        portfolio.uuid(),
        proven.connection.provider_waba_id,
        proven.waba.name,
        proven.now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into waba_routes (graph_environment_id, provider_waba_id, tenant_id, waba_id, meta_app_id) values ($1, $2, $3, $4, $5)",
        environment,
        proven.connection.provider_waba_id,
        tenant,
        proven.ids.waba.uuid(),
        proven.connection.meta_app_id.uuid(),
    )
    .execute(tx.conn())
    .await?;
    Ok(proven.ids.waba)
}

async fn number(tx: &mut TenantTx, proven: &ProvenNumber<'_>, waba: WabaId) -> Result<PhoneNumberId> {
    let tenant = tx.tenant_id().uuid();
    let environment = proven.graph_environment_id.uuid();
    let connection = proven.connection;
    let known = sqlx::query_scalar!(
        "select phone_number_id from number_routes where tenant_id = $1 and graph_environment_id = $2 and provider_number_id = $3",
        tenant,
        environment,
        connection.provider_number_id,
    )
    .fetch_optional(tx.conn())
    .await?;
    if let Some(known) = known {
        let known = PhoneNumberId::new(known);
        sqlx::query!(
            "update phone_numbers set provider_account_id = $3, connected_at = $4 where tenant_id = $1 and id = $2",
            tenant,
            known.uuid(),
            connection.provider_account_id.uuid(),
            proven.now,
        )
        .execute(tx.conn())
        .await?;
        crate::numbers::set_fields(tx, known, proven.number, proven.now).await?;
        return Ok(known);
    }
    insert_number(tx, proven, waba).await?;
    sqlx::query!(
        "insert into number_routes (graph_environment_id, provider_number_id, tenant_id, phone_number_id, waba_id) values ($1, $2, $3, $4, $5)",
        environment,
        connection.provider_number_id,
        tenant,
        proven.ids.phone_number.uuid(),
        waba.uuid(),
    )
    .execute(tx.conn())
    .await?;
    Ok(proven.ids.phone_number)
}

async fn insert_number(tx: &mut TenantTx, proven: &ProvenNumber<'_>, waba: WabaId) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    let mps = i32::try_from(proven.number.throughput_mps).unwrap_or(i32::MAX);
    sqlx::query!(
        "insert into channel_accounts (tenant_id, id, kind, name, created_at) values ($1, $2, 'whatsapp', $3, $4)",
        tenant,
        proven.ids.channel_account.uuid(),
        proven.number.display_phone_number,
        proven.now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into phone_numbers (tenant_id, id, waba_id, channel_account_id, provider_account_id, provider_number_id, display_phone_number,
           verified_name, quality, status, throughput_mps, details, checked_at, created_at, connected_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $13)",
        tenant,
        proven.ids.phone_number.uuid(),
        waba.uuid(),
        proven.ids.channel_account.uuid(),
        proven.connection.provider_account_id.uuid(),
        proven.connection.provider_number_id,
        proven.number.display_phone_number,
        proven.number.verified_name,
        proven.number.quality,
        proven.number.status,
        mps,
        crate::numbers::details(proven.number)?,
        proven.now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into lanes (tenant_id, id, throughput_mps) values ($1, $2, $3)",
        tenant,
        proven.ids.phone_number.uuid(),
        mps,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

//! What a tenant says of itself.

use time::OffsetDateTime;

use crate::{
    error::{Error, Result},
    tx::TenantTx,
};

/// Settings of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsRow {
    /// Its name.
    pub name: String,
    /// Its place in addresses.
    pub slug: String,
    /// Time zone by its IANA name: `Europe/Berlin`.
    pub time_zone: String,
    /// Language tag: `en`.
    pub language: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// The tenant's settings.
pub async fn get(tx: &mut TenantTx) -> Result<SettingsRow> {
    let tenant = tx.tenant_id().uuid();
    Ok(sqlx::query_as!(
        SettingsRow,
        "select name, slug, time_zone, language, created_at from tenants where id = $1",
        tenant
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Changes them.
pub async fn update(tx: &mut TenantTx, name: &str, time_zone: &str, language: &str) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update tenants set name = $2, time_zone = $3, language = $4 where id = $1",
        tenant,
        name,
        time_zone,
        language,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// True when the database knows this time zone.
pub async fn knows_time_zone(tx: &mut TenantTx, name: &str) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select exists (select from pg_timezone_names where pg_timezone_names.name = $1)",
        name
    )
    .fetch_one(tx.conn())
    .await?;
    found.ok_or(Error::NotFound)
}

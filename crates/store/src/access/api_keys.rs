//! API keys of a tenant.

use domain::{ApiKeyId, UserId};
use time::OffsetDateTime;

use crate::{
    error::{Error, Result},
    tx::TenantTx,
};

/// A key as its owner sees it.
#[derive(Debug, Clone)]
pub struct ApiKeyRow {
    /// The key.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// Last four characters.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it stops working.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
}

/// A key to store.
#[derive(Debug)]
pub struct NewApiKey<'a> {
    /// The key.
    pub id: ApiKeyId,
    /// Its name.
    pub name: &'a str,
    /// SHA-256 of its secret.
    pub token_hash: &'a [u8],
    /// Last four characters.
    pub hint: &'a str,
    /// What it may do.
    pub scopes: &'a [String],
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub now: OffsetDateTime,
    /// When it stops working.
    pub expires_at: Option<OffsetDateTime>,
}

/// Every key of the tenant, newest first.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<ApiKeyRow>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        "select id, name, hint, scopes, created_at, expires_at, last_used_at, revoked_at
         from api_keys where tenant_id = $1
         order by id desc
         limit 1000",
        tenant,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ApiKeyRow {
            id: ApiKeyId::new(row.id),
            name: row.name,
            hint: row.hint,
            scopes: row.scopes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
        .collect())
}

/// Stores a key.
pub async fn insert(tx: &mut TenantTx, key: &NewApiKey<'_>) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into api_keys (tenant_id, id, name, token_hash, hint, scopes, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant,
        key.id.uuid(),
        key.name,
        key.token_hash,
        key.hint,
        key.scopes,
        key.created_by.map(UserId::uuid),
        key.now,
        key.expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Revokes a key; a revoked one stays revoked since then.
pub async fn revoke(tx: &mut TenantTx, id: ApiKeyId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    let updated = sqlx::query!(
        "update api_keys set revoked_at = coalesce(revoked_at, $3) where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        now,
    )
    .execute(tx.conn())
    .await?;
    if updated.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// Revokes the keys that a person made, those within `kept` excepted; tells how many.
pub async fn revoke_of(
    tx: &mut TenantTx,
    maker: UserId,
    kept: &[String],
    now: OffsetDateTime,
) -> Result<u64> {
    let tenant = tx.tenant_id().uuid();
    let revoked = sqlx::query!(
        "update api_keys
         set revoked_at = $4
         where tenant_id = $1
           and created_by = $2
           and revoked_at is null
           and (cardinality($3::text[]) = 0 or not scopes <@ $3)",
        tenant,
        maker.uuid(),
        kept,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(revoked.rows_affected())
}

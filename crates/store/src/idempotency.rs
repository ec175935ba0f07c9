//! Idempotency keys of write calls: claimed in the transaction of the effect, so that a repeat changes nothing.

use time::OffsetDateTime;

use crate::{error::Result, tx::TenantTx};

/// What a key was found to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// New: go on, then [`complete`] in the same transaction.
    New,
    /// Used before with the same request: answer this again.
    Replay(String),
    /// Used before with another request.
    Reused,
}

/// Claims a key. A concurrent caller with the same key waits here until the first one commits.
pub async fn claim(
    tx: &mut TenantTx,
    scope: &str,
    key: &str,
    request_hash: &[u8],
    now: OffsetDateTime,
) -> Result<Claim> {
    let tenant = tx.tenant_id().uuid();
    let inserted = sqlx::query!(
        "insert into idempotency_keys (tenant_id, scope, key, request_hash, created_at)
         values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, scope, key) do nothing",
        tenant,
        scope,
        key,
        request_hash,
        now,
    )
    .execute(tx.conn())
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Claim::New);
    }
    let row = sqlx::query!(
        "select request_hash, response from idempotency_keys where tenant_id = $1 and scope = $2 and key = $3",
        tenant,
        scope,
        key,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(match row.response {
        Some(response) if row.request_hash == request_hash => Claim::Replay(response),
        _ => Claim::Reused,
    })
}

/// Stores the answer under a claimed key.
pub async fn complete(tx: &mut TenantTx, scope: &str, key: &str, response: &str) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update idempotency_keys set response = $4 where tenant_id = $1 and scope = $2 and key = $3",
        tenant,
        scope,
        key,
        response,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

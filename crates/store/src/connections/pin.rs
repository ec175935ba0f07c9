//! The PIN under which a run registers its number.

use domain::{ConnectionId, crypto::Sealed};
use secrecy::SecretString;

use crate::{
    error::Result,
    tx::TenantTx,
    vault::{CONNECTION_PIN, Vault},
};

/// Opens the PIN of a run, if one was given or made.
pub async fn pin(tx: &mut TenantTx, vault: &Vault, id: ConnectionId) -> Result<Option<SecretString>> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query!(
        "select pin_sealed, pin_key_id from connections where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    let (Some(bytes), Some(key_id)) = (row.pin_sealed, row.pin_key_id) else {
        return Ok(None);
    };
    let sealed = Sealed {
        key_id: domain::DataKeyId::new(key_id),
        bytes,
    };
    Ok(Some(vault.open(tx, CONNECTION_PIN, &sealed).await?))
}

/// Keeps the PIN of a run, in place of a former one.
pub async fn set_pin(tx: &mut TenantTx, id: ConnectionId, pin: &Sealed) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update connections set pin_sealed = $3, pin_key_id = $4 where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        pin.bytes,
        pin.key_id.uuid(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

//! Provider accounts: a number's way to its provider, with its sealed credential.

use domain::{PhoneNumberId, ProviderAccountId, crypto::Sealed, ports::Connection};
use time::OffsetDateTime;

use crate::{
    error::Result,
    tx::TenantTx,
    vault::{PROVIDER_CREDENTIAL, Vault},
};

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

/// Replaces the credential of an account; calls that still go with the former one stop nothing any more.
pub async fn set_credential(
    tx: &mut TenantTx,
    id: ProviderAccountId,
    credential: &Sealed,
    hint: &str,
) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update provider_accounts set credential_sealed = $3, key_id = $4, hint = $5, version = version + 1 where tenant_id = $1 and id = $2",
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

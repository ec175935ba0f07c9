//! Envelope encryption of columns: a data key per tenant and one for the installation, wrapped by the key provider.
//! The associated data binds a value to its tenant, table, column and key: moved elsewhere it does not open.

mod rotation;

use std::{collections::HashMap, sync::Arc};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use domain::{
    DataKeyId, Ids, TenantId,
    crypto::{DataKey, KeyProvider, Sealed},
};
use secrecy::SecretString;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tokio::sync::RwLock;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    pool::IngestDb,
    tx::{PlatformTx, TenantTx},
};

pub use rotation::{KeyRotation, Rotated};

/// Bytes of an AES-GCM nonce.
const NONCE_BYTES: usize = 12;

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its table.
    pub table: &'static str,
    /// Its column.
    pub column: &'static str,
}

/// `provider_accounts.credential_sealed`: the tenant's access token.
pub const PROVIDER_CREDENTIAL: Place = Place {
    table: "provider_accounts",
    column: "credential_sealed",
};
/// `connections.pin_sealed`: the PIN under which a number was registered.
pub const CONNECTION_PIN: Place = Place {
    table: "connections",
    column: "pin_sealed",
};
/// `mails.content_sealed`: an outgoing mail, whose links open accounts.
pub const MAIL_CONTENT: Place = Place {
    table: "mails",
    column: "content_sealed",
};
/// `meta_app_secrets.secret_sealed`: an app secret of the installation.
pub const META_APP_SECRET: Place = Place {
    table: "meta_app_secrets",
    column: "secret_sealed",
};

/// Seals and opens; keeps unwrapped data keys in memory.
#[derive(Clone)]
pub struct Vault {
    provider: Arc<dyn KeyProvider>,
    ids: Ids,
    keys: Arc<RwLock<HashMap<Uuid, Arc<DataKey>>>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

struct WrappedKey {
    id: Uuid,
    master_key_id: String,
    wrapped: Vec<u8>,
}

impl Vault {
    /// A vault over a key provider.
    #[must_use]
    pub fn new(provider: Arc<dyn KeyProvider>, ids: Ids) -> Self {
        Self {
            provider,
            ids,
            keys: Arc::default(),
        }
    }

    /// Seals a value of the transaction's tenant; makes the tenant's data key on first use.
    pub async fn seal(
        &self,
        tx: &mut TenantTx,
        place: Place,
        now: OffsetDateTime,
        plain: &[u8],
    ) -> Result<Sealed> {
        let tenant = tx.tenant_id();
        let (id, key) = match active_tenant_key(tx.conn(), tenant).await? {
            Some(wrapped) => self.unwrapped(&wrapped, tenant.uuid()).await?,
            None => self.make_tenant_key(tx, now).await?,
        };
        self.encrypt(&key, id, &aad(tenant.uuid(), place, id), plain)
    }

    /// Opens a value of the transaction's tenant.
    pub async fn open(&self, tx: &mut TenantTx, place: Place, sealed: &Sealed) -> Result<SecretString> {
        let tenant = tx.tenant_id().uuid();
        let id = sealed.key_id.uuid();
        let key = match self.cached(id).await {
            Some(key) => key,
            None => {
                let wrapped = sqlx::query_as!(
                    WrappedKey,
                    "select id, master_key_id, wrapped from data_keys where tenant_id = $1 and id = $2",
                    tenant,
                    id,
                )
                .fetch_one(tx.conn())
                .await?;
                self.unwrapped(&wrapped, tenant).await?.1
            }
        };
        decrypt(&key, &aad(tenant, place, id), &sealed.bytes)
    }

    /// Seals a value of the installation; makes the installation's data key on first use.
    pub async fn seal_installation(
        &self,
        tx: &mut PlatformTx,
        place: Place,
        now: OffsetDateTime,
        plain: &[u8],
    ) -> Result<Sealed> {
        let active = sqlx::query_as!(
            WrappedKey,
            "select id, master_key_id, wrapped from installation_keys where active for share"
        )
        .fetch_optional(tx.conn())
        .await?;
        let (id, key) = match active {
            Some(wrapped) => self.unwrapped(&wrapped, Uuid::nil()).await?,
            None => self.make_installation_key(tx, now).await?,
        };
        self.encrypt(&key, id, &aad(Uuid::nil(), place, id), plain)
    }

    /// Opens a value of the installation for the gateway.
    pub async fn open_installation(
        &self,
        db: &IngestDb,
        place: Place,
        sealed: &Sealed,
    ) -> Result<SecretString> {
        let id = sealed.key_id.uuid();
        let key = match self.cached(id).await {
            Some(key) => key,
            None => {
                let wrapped = sqlx::query_as!(
                    WrappedKey,
                    "select id, master_key_id, wrapped from installation_keys where id = $1",
                    id
                )
                .fetch_one(&db.0)
                .await?;
                self.unwrapped(&wrapped, Uuid::nil()).await?.1
            }
        };
        decrypt(&key, &aad(Uuid::nil(), place, id), &sealed.bytes)
    }

    async fn make_tenant_key(&self, tx: &mut TenantTx, now: OffsetDateTime) -> Result<(Uuid, Arc<DataKey>)> {
        let tenant = tx.tenant_id();
        let (id, key, wrapped) = self.new_key(tenant.uuid()).await?;
        let inserted = sqlx::query!(
            "insert into data_keys (tenant_id, id, master_key_id, wrapped, active, created_at)
             values ($1, $2, $3, $4, true, $5)
             on conflict (tenant_id) where active do nothing",
            tenant.uuid(),
            id,
            self.provider.master_key_id(),
            wrapped,
            now,
        )
        .execute(tx.conn())
        .await?;
        if inserted.rows_affected() == 0 {
            let wrapped = active_tenant_key(tx.conn(), tenant)
                .await?
                .ok_or(Error::NotFound)?;
            return self.unwrapped(&wrapped, tenant.uuid()).await;
        }
        Ok((id, key))
    }

    async fn make_installation_key(
        &self,
        tx: &mut PlatformTx,
        now: OffsetDateTime,
    ) -> Result<(Uuid, Arc<DataKey>)> {
        let (id, key, wrapped) = self.new_key(Uuid::nil()).await?;
        sqlx::query!(
            "insert into installation_keys (id, master_key_id, wrapped, active, created_at) values ($1, $2, $3, true, $4)
             on conflict do nothing",
            id,
            self.provider.master_key_id(),
            wrapped,
            now,
        )
        .execute(tx.conn())
        .await?;
        Ok((id, key))
    }

    async fn new_key(&self, owner: Uuid) -> Result<(Uuid, Arc<DataKey>, Vec<u8>)> {
        let id: DataKeyId = self.ids.make();
        let key = DataKey::new(self.ids.bytes::<32>());
        let wrapped = self.provider.wrap(&key, &key_aad(owner, id.uuid())).await?;
        Ok((id.uuid(), Arc::new(key), wrapped))
    }

    async fn cached(&self, id: Uuid) -> Option<Arc<DataKey>> {
        self.keys.read().await.get(&id).cloned()
    }

    async fn unwrapped(&self, wrapped: &WrappedKey, owner: Uuid) -> Result<(Uuid, Arc<DataKey>)> {
        if let Some(key) = self.cached(wrapped.id).await {
            return Ok((wrapped.id, key));
        }
        let key = self
            .provider
            .unwrap(
                &wrapped.master_key_id,
                &wrapped.wrapped,
                &key_aad(owner, wrapped.id),
            )
            .await?;
        let key = Arc::new(key);
        self.keys.write().await.insert(wrapped.id, Arc::clone(&key));
        Ok((wrapped.id, key))
    }

    fn encrypt(&self, key: &DataKey, id: Uuid, aad: &[u8], plain: &[u8]) -> Result<Sealed> {
        let nonce = self.ids.bytes::<NONCE_BYTES>();
        let cipher = Aes256Gcm::new((&**key).into());
        let sealed = cipher
            .encrypt(&nonce.into(), Payload { msg: plain, aad })
            .map_err(|_| Error::Sealing("the value could not be sealed"))?;
        Ok(Sealed {
            key_id: DataKeyId::new(id),
            bytes: [nonce.as_slice(), &sealed].concat(),
        })
    }
}

/// The key in force, held until the transaction ends: a rotation waits for whoever seals under it, so that nothing is
/// sealed under an old key once a new one is in force.
async fn active_tenant_key(connection: &mut PgConnection, tenant: TenantId) -> Result<Option<WrappedKey>> {
    Ok(sqlx::query_as!(
        WrappedKey,
        "select id, master_key_id, wrapped from data_keys where tenant_id = $1 and active for share",
        tenant.uuid(),
    )
    .fetch_optional(connection)
    .await?)
}

fn decrypt(key: &DataKey, aad: &[u8], bytes: &[u8]) -> Result<SecretString> {
    let fault = || Error::Sealing("the value does not open under its key and place");
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(fault)?;
    let cipher = Aes256Gcm::new((&**key).into());
    let plain = cipher
        .decrypt(&(*nonce).into(), Payload { msg: sealed, aad })
        .map_err(|_| fault())?;
    String::from_utf8(plain)
        .map(SecretString::from)
        .map_err(|_| fault())
}

fn aad(owner: Uuid, place: Place, key_id: Uuid) -> Vec<u8> {
    [
        owner.as_bytes().as_slice(),
        place.table.as_bytes(),
        b".",
        place.column.as_bytes(),
        b"/",
        key_id.as_bytes(),
    ]
    .concat()
}

fn key_aad(owner: Uuid, key_id: Uuid) -> Vec<u8> {
    [b"data-key/".as_slice(), owner.as_bytes(), key_id.as_bytes()].concat()
}

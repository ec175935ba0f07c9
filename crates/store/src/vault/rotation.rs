//! Rotation of keys while everything runs. The master key: every data key is wrapped anew under the one in force. Data
//! keys: each tenant and the installation get a new one, and what older ones sealed is sealed again. Old data keys stay,
//! inactive: whoever read a value before it was sealed again still opens it.

use domain::{ConnectionId, crypto::Sealed};
use secrecy::ExposeSecret;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{CONNECTION_PIN, META_APP_SECRET, PROVIDER_CREDENTIAL, Vault, WrappedKey, key_aad};
use crate::{
    access, connections,
    error::Result,
    mails,
    pool::{IngestDb, PlatformDb, TenantDb},
    scope::{Actor, TenantScope},
    tx::{PlatformTx, TenantTx},
};

/// Tenants per read.
const TENANTS: i64 = 500;
/// Values that one transaction seals again.
const VALUES: i64 = 100;

/// A run, from its start to its end; a crash leaves it open.
#[derive(Debug, Clone, Copy)]
pub struct KeyRotation {
    /// Its id.
    pub id: Uuid,
    /// Data keys made before are old.
    pub started_at: OffsetDateTime,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rotated {
    /// Data keys wrapped anew.
    pub rewrapped: u64,
    /// Data keys made.
    pub keys: u64,
    /// Values sealed again.
    pub resealed: u64,
}

impl std::ops::AddAssign for Rotated {
    fn add_assign(&mut self, other: Self) {
        self.rewrapped += other.rewrapped;
        self.keys += other.keys;
        self.resealed += other.resealed;
    }
}

impl PlatformTx {
    /// The run that did not finish, or a new one.
    pub async fn begin_key_rotation(&mut self, id: Uuid, now: OffsetDateTime) -> Result<KeyRotation> {
        sqlx::query!(
            "insert into key_rotations (id, started_at) values ($1, $2) on conflict do nothing",
            id,
            now
        )
        .execute(self.conn())
        .await?;
        let row = sqlx::query!("select id, started_at from key_rotations where finished_at is null")
            .fetch_one(self.conn())
            .await?;
        Ok(KeyRotation {
            id: row.id,
            started_at: row.started_at,
        })
    }

    /// Ends a run.
    pub async fn finish_key_rotation(&mut self, id: Uuid, now: OffsetDateTime) -> Result<()> {
        sqlx::query!("update key_rotations set finished_at = $2 where id = $1", id, now)
            .execute(self.conn())
            .await?;
        Ok(())
    }
}

impl Vault {
    /// Wraps every data key under the master key in force that another one wraps; harmless to repeat.
    pub async fn rewrap(&self, tenants: &TenantDb, platform: &PlatformDb) -> Result<Rotated> {
        let mut done = Rotated {
            rewrapped: self.rewrap_installation(platform).await?,
            ..Rotated::default()
        };
        let mut after = Uuid::nil();
        loop {
            let scopes = tenants.scopes_after(after).await?;
            let Some(last) = scopes.last() else {
                return Ok(done);
            };
            after = last.tenant_id().uuid();
            for scope in &scopes {
                done.rewrapped += self.rewrap_tenant(tenants, scope).await?;
            }
        }
    }

    /// Gives every tenant and the installation a data key of this run, and seals again what older keys sealed.
    pub async fn renew(
        &self,
        tenants: &TenantDb,
        platform: &PlatformDb,
        ingest: &IngestDb,
        run: KeyRotation,
    ) -> Result<Rotated> {
        let mut done = self.renew_installation(platform, ingest, run).await?;
        let mut after = Uuid::nil();
        loop {
            let scopes = tenants.scopes_after(after).await?;
            let Some(last) = scopes.last() else {
                return Ok(done);
            };
            after = last.tenant_id().uuid();
            for scope in &scopes {
                done += self.renew_tenant(tenants, scope, run).await?;
            }
        }
    }

    async fn rewrap_tenant(&self, db: &TenantDb, scope: &TenantScope) -> Result<u64> {
        let tenant = scope.tenant_id().uuid();
        let mut tx = db.begin(scope).await?;
        let old = sqlx::query_as!(
            WrappedKey,
            "select id, master_key_id, wrapped from data_keys where tenant_id = $1 and master_key_id <> $2",
            tenant,
            self.provider.master_key_id(),
        )
        .fetch_all(tx.conn())
        .await?;
        drop(tx);
        let mut count = 0;
        for key in old {
            let wrapped = self.wrapped_anew(&key, tenant).await?;
            let mut tx = db.begin(scope).await?;
            let done = sqlx::query!(
                "update data_keys set master_key_id = $4, wrapped = $5 where tenant_id = $1 and id = $2 and wrapped = $3",
                tenant,
                key.id,
                key.wrapped,
                self.provider.master_key_id(),
                wrapped,
            )
            .execute(tx.conn())
            .await?;
            tx.commit().await?;
            count += done.rows_affected();
        }
        Ok(count)
    }

    async fn rewrap_installation(&self, db: &PlatformDb) -> Result<u64> {
        let old = sqlx::query_as!(
            WrappedKey,
            "select id, master_key_id, wrapped from installation_keys where master_key_id <> $1",
            self.provider.master_key_id(),
        )
        .fetch_all(&db.0)
        .await?;
        let mut count = 0;
        for key in old {
            let wrapped = self.wrapped_anew(&key, Uuid::nil()).await?;
            let done = sqlx::query!(
                "update installation_keys set master_key_id = $3, wrapped = $4 where id = $1 and wrapped = $2",
                key.id,
                key.wrapped,
                self.provider.master_key_id(),
                wrapped,
            )
            .execute(&db.0)
            .await?;
            count += done.rows_affected();
        }
        Ok(count)
    }

    /// The same data key under the master key in force. No transaction is open meanwhile: the provider may be far away.
    async fn wrapped_anew(&self, key: &WrappedKey, owner: Uuid) -> Result<Vec<u8>> {
        let aad = key_aad(owner, key.id);
        let plain = self
            .provider
            .unwrap(&key.master_key_id, &key.wrapped, &aad)
            .await?;
        Ok(self.provider.wrap(&plain, &aad).await?)
    }

    async fn renew_tenant(&self, db: &TenantDb, scope: &TenantScope, run: KeyRotation) -> Result<Rotated> {
        let mut done = Rotated::default();
        let tenant = scope.tenant_id().uuid();
        let mut tx = db.begin(scope).await?;
        // Waits for whoever seals under the old key right now; see `active_tenant_key`.
        let retired = sqlx::query!(
            "update data_keys set active = false where tenant_id = $1 and active and created_at < $2",
            tenant,
            run.started_at,
        )
        .execute(tx.conn())
        .await?;
        if retired.rows_affected() > 0 {
            self.make_tenant_key(&mut tx, run.started_at).await?;
            tx.commit().await?;
            done.keys = 1;
        }
        loop {
            let mut tx = db.begin(scope).await?;
            let resealed = self.reseal_accounts(&mut tx, run.started_at).await?
                + self.reseal_pins(&mut tx, run.started_at).await?
                + mails::reseal(&mut tx, self, run.started_at, VALUES).await?;
            tx.commit().await?;
            if resealed == 0 {
                return Ok(done);
            }
            done.resealed += resealed;
        }
    }

    /// Seals a portion of the tenant's tokens again that stand under a key out of force.
    async fn reseal_accounts(&self, tx: &mut TenantTx, now: OffsetDateTime) -> Result<u64> {
        let tenant = tx.tenant_id().uuid();
        let rows = sqlx::query!(
            "select a.id, a.credential_sealed, a.key_id
             from provider_accounts a
             join data_keys k on k.tenant_id = a.tenant_id and k.id = a.key_id
             where a.tenant_id = $1 and not k.active
             order by a.id
             limit $2
             for update of a",
            tenant,
            VALUES,
        )
        .fetch_all(tx.conn())
        .await?;
        let count = u64::try_from(rows.len()).unwrap_or_default();
        for row in rows {
            let old = Sealed {
                key_id: domain::DataKeyId::new(row.key_id),
                bytes: row.credential_sealed,
            };
            let plain = self.open(tx, PROVIDER_CREDENTIAL, &old).await?;
            let new = self
                .seal(tx, PROVIDER_CREDENTIAL, now, plain.expose_secret().as_bytes())
                .await?;
            sqlx::query!(
                "update provider_accounts set credential_sealed = $3, key_id = $4 where tenant_id = $1 and id = $2",
                tenant,
                row.id,
                new.bytes,
                new.key_id.uuid(),
            )
            .execute(tx.conn())
            .await?;
        }
        Ok(count)
    }

    /// The same for the PINs under which numbers were registered.
    async fn reseal_pins(&self, tx: &mut TenantTx, now: OffsetDateTime) -> Result<u64> {
        let tenant = tx.tenant_id().uuid();
        let rows = sqlx::query!(
            r#"select c.id, c.pin_sealed as "pin_sealed!", k.id as key_id
               from connections c
               join data_keys k on k.tenant_id = c.tenant_id and k.id = c.pin_key_id
               where c.tenant_id = $1 and not k.active
               order by c.id
               limit $2
               for update of c"#,
            tenant,
            VALUES,
        )
        .fetch_all(tx.conn())
        .await?;
        let count = u64::try_from(rows.len()).unwrap_or_default();
        for row in rows {
            let old = Sealed {
                key_id: domain::DataKeyId::new(row.key_id),
                bytes: row.pin_sealed,
            };
            let plain = self.open(tx, CONNECTION_PIN, &old).await?;
            let new = self
                .seal(tx, CONNECTION_PIN, now, plain.expose_secret().as_bytes())
                .await?;
            connections::set_pin(tx, ConnectionId::new(row.id), &new).await?;
        }
        Ok(count)
    }

    async fn renew_installation(
        &self,
        platform: &PlatformDb,
        ingest: &IngestDb,
        run: KeyRotation,
    ) -> Result<Rotated> {
        let mut done = Rotated::default();
        let mut tx = platform.begin().await?;
        let retired = sqlx::query!(
            "update installation_keys set active = false where active and created_at < $1",
            run.started_at,
        )
        .execute(tx.conn())
        .await?;
        if retired.rows_affected() > 0 {
            self.make_installation_key(&mut tx, run.started_at).await?;
            tx.commit().await?;
            done.keys = 1;
        }
        let rows = sqlx::query!(
            "select s.id, s.secret_sealed, s.key_id
             from meta_app_secrets s
             join installation_keys k on k.id = s.key_id
             where not k.active"
        )
        .fetch_all(&ingest.0)
        .await?;
        for row in rows {
            let old = Sealed {
                key_id: domain::DataKeyId::new(row.key_id),
                bytes: row.secret_sealed,
            };
            let plain = self.open_installation(ingest, META_APP_SECRET, &old).await?;
            let mut tx = platform.begin().await?;
            let new = self
                .seal_installation(
                    &mut tx,
                    META_APP_SECRET,
                    run.started_at,
                    plain.expose_secret().as_bytes(),
                )
                .await?;
            let updated = sqlx::query!(
                "update meta_app_secrets set secret_sealed = $3, key_id = $4 where id = $1 and key_id = $2",
                row.id,
                row.key_id,
                new.bytes,
                new.key_id.uuid(),
            )
            .execute(tx.conn())
            .await?;
            tx.commit().await?;
            done.resealed += updated.rows_affected();
        }
        Ok(done)
    }
}

impl TenantDb {
    /// Scopes for the rotation, which may do nothing but seal: tenants in the order of their ids.
    async fn scopes_after(&self, after: Uuid) -> Result<Vec<TenantScope>> {
        let rows = sqlx::query!(
            "select id, slug, name, state, sandbox from tenants where id > $1 order by id limit $2",
            after,
            TENANTS,
        )
        .fetch_all(&self.0)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let tenant = access::summary(row.id, row.slug, row.name, row.state, row.sandbox);
                TenantScope::proven(tenant, Actor::Worker("rotate-keys"), Default::default())
            })
            .collect())
    }
}

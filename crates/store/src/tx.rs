//! Transactions. `begin` and the context are one simple-protocol message, the only one in the program: nothing inside a
//! statement can change the tenant (see the revoke of `set_config` in `setup`).

use domain::TenantId;
use sqlx::{PgConnection, Postgres, Transaction};

use crate::{
    error::Result,
    pool::{self, DeliveryDb, EventsDb, IngestDb, PlatformDb, TenantDb},
    scope::TenantScope,
};

/// A transaction that sees one tenant.
#[derive(Debug)]
pub struct TenantTx {
    inner: Transaction<'static, Postgres>,
    tenant_id: TenantId,
}

impl TenantDb {
    /// Begins for the scope's tenant.
    pub async fn begin(&self, scope: &TenantScope) -> Result<TenantTx> {
        let tenant_id = scope.tenant_id();
        let inner = pool::begin(
            &self.0,
            format!("begin; set local app.tenant_id = '{}'", tenant_id.uuid()),
        )
        .await?;
        Ok(TenantTx { inner, tenant_id })
    }
}

impl TenantTx {
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// The tenant that this transaction sees.
    #[must_use]
    pub const fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    /// Commits; without it everything is rolled back.
    pub async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }
}

/// A transaction that sees a declared set of tenants, for roles that move batches.
#[derive(Debug)]
pub struct SetTx {
    inner: Transaction<'static, Postgres>,
}

impl SetTx {
    pub(crate) async fn begin(pool: &sqlx::PgPool, tenants: &[TenantId]) -> Result<Self> {
        let set = tenants
            .iter()
            .map(|tenant| tenant.uuid().to_string())
            .collect::<Vec<_>>()
            .join(",");
        let inner = pool::begin(pool, format!("begin; set local app.tenant_ids = '{{{set}}}'")).await?;
        Ok(Self { inner })
    }

    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// Commits; without it everything is rolled back.
    pub async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }
}

impl IngestDb {
    /// Begins for the tenants that a batch was routed to.
    pub(crate) async fn begin(&self, tenants: &[TenantId]) -> Result<SetTx> {
        SetTx::begin(&self.0, tenants).await
    }
}

impl DeliveryDb {
    /// Begins for the tenants whose lanes this process owns.
    pub(crate) async fn begin(&self, tenants: &[TenantId]) -> Result<SetTx> {
        SetTx::begin(&self.0, tenants).await
    }
}

/// A transaction of the platform role: no tenant context, column grants only.
#[derive(Debug)]
pub struct PlatformTx {
    inner: Transaction<'static, Postgres>,
}

impl PlatformDb {
    /// Begins.
    pub async fn begin(&self) -> Result<PlatformTx> {
        Ok(PlatformTx {
            inner: pool::begin(&self.0, "begin".to_owned()).await?,
        })
    }
}

impl PlatformTx {
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// Commits; without it everything is rolled back.
    pub async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }
}

impl EventsDb {
    pub(crate) const fn pool(&self) -> &sqlx::PgPool {
        &self.0
    }
}

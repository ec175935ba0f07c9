//! WABAs of a tenant, and the apps that it can connect through.

use domain::{GraphEnvironmentId, MetaAppId, PhoneNumberId, WabaId};

use crate::{error::Result, tx::TenantTx};

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

//! Whose change it is. A signature proves the app, so a route counts only with the app that is bound to it.

use std::collections::{BTreeSet, HashMap};

use domain::{MetaAppId, PhoneNumberId, TenantId, WabaId};

use crate::{error::Result, pool::IngestDb};

/// Where a number's changes go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRoute {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// The number's WABA.
    pub waba_id: WabaId,
    /// The number's WABA, as the provider names it.
    pub provider_waba_id: String,
    /// True when the asking app is bound to that WABA.
    pub bound: bool,
}

/// Where a WABA's changes go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WabaRoute {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The WABA.
    pub waba_id: WabaId,
    /// True when the asking app is bound to it.
    pub bound: bool,
}

/// The routes that a batch asked for; the proof for its transaction.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    numbers: HashMap<(MetaAppId, String), NumberRoute>,
    wabas: HashMap<(MetaAppId, String), WabaRoute>,
}

impl Routes {
    /// The number's route in the app's Graph environment.
    #[must_use]
    pub fn number(&self, app: MetaAppId, provider_number_id: &str) -> Option<&NumberRoute> {
        self.numbers.get(&(app, provider_number_id.to_owned()))
    }

    /// The WABA's route in the app's Graph environment.
    #[must_use]
    pub fn waba(&self, app: MetaAppId, provider_waba_id: &str) -> Option<&WabaRoute> {
        self.wabas.get(&(app, provider_waba_id.to_owned()))
    }

    /// Tenants whose bound app signed something here: nobody else's rows can be touched.
    pub(super) fn tenants(&self) -> Vec<TenantId> {
        let numbers = self
            .numbers
            .values()
            .filter(|route| route.bound)
            .map(|route| route.tenant_id);
        let wabas = self
            .wabas
            .values()
            .filter(|route| route.bound)
            .map(|route| route.tenant_id);
        numbers
            .chain(wabas)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Numbers whose bound app signed something here.
    pub(super) fn bound_numbers(&self) -> Vec<(TenantId, PhoneNumberId)> {
        let bound = self.numbers.values().filter(|route| route.bound);
        bound
            .map(|route| (route.tenant_id, route.phone_number_id))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

impl IngestDb {
    /// Looks up numbers and WABAs, each with the app that signed for it, in two statements.
    pub async fn routes(
        &self,
        numbers: &BTreeSet<(MetaAppId, &str)>,
        wabas: &BTreeSet<(MetaAppId, &str)>,
    ) -> Result<Routes> {
        let mut routes = Routes::default();
        if !numbers.is_empty() {
            self.number_routes(numbers, &mut routes).await?;
        }
        if !wabas.is_empty() {
            self.waba_routes(wabas, &mut routes).await?;
        }
        Ok(routes)
    }

    async fn number_routes(&self, numbers: &BTreeSet<(MetaAppId, &str)>, routes: &mut Routes) -> Result<()> {
        let (apps, ids) = columns(numbers);
        let rows = sqlx::query!(
            r#"select
                 u.app as "app!",
                 u.provider_id as "provider_id!",
                 r.tenant_id,
                 r.phone_number_id,
                 r.waba_id,
                 w.provider_waba_id,
                 w.meta_app_id = u.app as "bound!"
               from unnest($1::uuid[], $2::text[]) as u (app, provider_id)
               join meta_apps a on a.id = u.app
               join number_routes r on r.graph_environment_id = a.graph_environment_id and r.provider_number_id = u.provider_id
               join waba_routes w on w.tenant_id = r.tenant_id and w.waba_id = r.waba_id"#,
            &apps,
            &ids,
        )
        .fetch_all(&self.0)
        .await?;
        routes.numbers.extend(rows.into_iter().map(|row| {
            let route = NumberRoute {
                tenant_id: TenantId::new(row.tenant_id),
                phone_number_id: PhoneNumberId::new(row.phone_number_id),
                waba_id: WabaId::new(row.waba_id),
                provider_waba_id: row.provider_waba_id,
                bound: row.bound,
            };
            ((MetaAppId::new(row.app), row.provider_id), route)
        }));
        Ok(())
    }

    async fn waba_routes(&self, wabas: &BTreeSet<(MetaAppId, &str)>, routes: &mut Routes) -> Result<()> {
        let (apps, ids) = columns(wabas);
        let rows = sqlx::query!(
            r#"select
                 u.app as "app!",
                 u.provider_id as "provider_id!",
                 w.tenant_id,
                 w.waba_id,
                 w.meta_app_id = u.app as "bound!"
               from unnest($1::uuid[], $2::text[]) as u (app, provider_id)
               join meta_apps a on a.id = u.app
               join waba_routes w on w.graph_environment_id = a.graph_environment_id and w.provider_waba_id = u.provider_id"#,
            &apps,
            &ids,
        )
        .fetch_all(&self.0)
        .await?;
        routes.wabas.extend(rows.into_iter().map(|row| {
            let route = WabaRoute {
                tenant_id: TenantId::new(row.tenant_id),
                waba_id: WabaId::new(row.waba_id),
                bound: row.bound,
            };
            ((MetaAppId::new(row.app), row.provider_id), route)
        }));
        Ok(())
    }
}

fn columns(keys: &BTreeSet<(MetaAppId, &str)>) -> (Vec<uuid::Uuid>, Vec<String>) {
    keys.iter()
        .map(|(app, id)| (app.uuid(), (*id).to_owned()))
        .unzip()
}

//! Templates: sync from the provider, list, parameter schema, preview.

mod submit;

use std::collections::HashMap;

use domain::{
    Error, FieldError, GraphEnvironmentId, PhoneNumberId, Result, TemplateId, WabaId,
    event::DomainEvent,
    permission::Permission,
    template::{Component, Parameter, Rendered, Values},
};
use serde::Serialize;
use serde_json::json;
use store::{
    TenantScope, audit, numbers, outbox,
    page::{Page, PageRequest},
    templates::{self, Filter, TemplateRow},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::tenant::TenantServices;

/// A template with what a send must fill.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateView {
    /// The template.
    pub id: TemplateId,
    /// Its WABA.
    pub waba_id: WabaId,
    /// Its name.
    pub name: String,
    /// Language code, `en_US`.
    pub language: String,
    /// MARKETING, UTILITY or AUTHENTICATION.
    pub category: String,
    /// APPROVED, PENDING, REJECTED, PAUSED …
    pub status: String,
    /// GREEN to RED or UNKNOWN.
    pub quality: Option<String>,
    /// Why it was rejected.
    pub rejected_reason: Option<String>,
    /// Its parts.
    pub components: Vec<Component>,
    /// What a send must fill.
    pub parameters: Vec<Parameter>,
    /// Why it can't be sent, in words; null when it can.
    pub unsendable: Option<String>,
    /// When it was last read from the provider.
    #[serde(with = "time::serde::rfc3339")]
    pub synced_at: OffsetDateTime,
}

impl From<TemplateRow> for TemplateView {
    fn from(row: TemplateRow) -> Self {
        Self {
            id: row.id,
            waba_id: row.waba_id,
            parameters: row.template.parameters(),
            unsendable: row.template.unsendable(),
            name: row.template.name,
            language: row.template.language,
            category: row.template.category,
            status: row.template.status,
            quality: row.template.quality,
            rejected_reason: row.template.rejected_reason,
            components: row.template.components,
            synced_at: row.synced_at,
        }
    }
}

/// What a sync changed.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct SyncReport {
    /// New here.
    pub added: u32,
    /// Different now.
    pub changed: u32,
    /// Gone at the provider.
    pub removed: u32,
    /// As before.
    pub unchanged: u32,
}

/// A WABA.
#[derive(Debug, Serialize, ToSchema)]
pub struct WabaView {
    /// The WABA.
    pub id: WabaId,
    /// Its name.
    pub name: String,
    /// The provider's id.
    pub provider_waba_id: String,
    /// Where it lives.
    pub graph_environment: EnvironmentRef,
}

/// A Graph environment by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnvironmentRef {
    /// The environment.
    pub id: GraphEnvironmentId,
    /// Its name.
    pub name: String,
    /// `meta`, `sandbox` or `test`.
    pub kind: String,
}

/// A preview, with every fault of the values.
#[derive(Debug)]
pub struct TemplatePreview {
    /// What the customer will see; missing values show as their placeholder.
    pub rendered: Rendered,
    /// What is missing or can't be used.
    pub faults: Vec<FieldError>,
}

impl TenantServices {
    /// A page of templates by name, of the WABA of one number if given.
    pub async fn templates(
        &self,
        scope: &TenantScope,
        status: Option<String>,
        number: Option<PhoneNumberId>,
        page: &PageRequest,
    ) -> Result<Page<TemplateView>> {
        scope.require(Permission::TemplatesRead)?;
        if status.as_ref().is_some_and(|status| status.contains('\0')) {
            return Err(Error::invalid("status", "Remove the NUL character."));
        }
        let mut tx = self.db.begin(scope).await?;
        let waba_id = match number {
            Some(number) => Some(numbers::get(&mut tx, number).await?.waba_id),
            None => None,
        };
        Ok(templates::page(&mut tx, &Filter { status, waba_id }, page)
            .await?
            .map(TemplateView::from))
    }

    /// One template.
    pub async fn template(&self, scope: &TenantScope, id: TemplateId) -> Result<TemplateView> {
        scope.require(Permission::TemplatesRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(templates::get(&mut tx, id).await?.into())
    }

    /// Renders a template with values, by the code that renders what is sent.
    pub async fn preview_template(
        &self,
        scope: &TenantScope,
        id: TemplateId,
        values: &Values,
    ) -> Result<TemplatePreview> {
        scope.require(Permission::TemplatesRead)?;
        let mut tx = self.db.begin(scope).await?;
        let template = templates::get(&mut tx, id).await?.template;
        Ok(TemplatePreview {
            rendered: template.render(values),
            faults: template.check(values),
        })
    }

    /// The tenant's WABAs.
    pub async fn wabas(&self, scope: &TenantScope) -> Result<Vec<WabaView>> {
        scope.require(Permission::TemplatesRead)?;
        let mut tx = self.db.begin(scope).await?;
        let rows = numbers::wabas(&mut tx).await?;
        Ok(rows
            .into_iter()
            .map(|row| WabaView {
                id: row.id,
                name: row.name,
                provider_waba_id: row.provider_waba_id,
                graph_environment: EnvironmentRef {
                    id: row.graph_environment_id,
                    name: row.environment_name,
                    kind: row.environment_kind,
                },
            })
            .collect())
    }

    /// Reads every template of a WABA from the provider and takes over what differs.
    pub async fn sync_templates(&self, scope: &TenantScope, waba: WabaId) -> Result<SyncReport> {
        scope.require(Permission::TemplatesManage)?;
        self.sync_waba(scope, waba).await
    }

    pub(crate) async fn sync_waba(&self, scope: &TenantScope, waba: WabaId) -> Result<SyncReport> {
        let mut tx = self.db.begin(scope).await?;
        let number = numbers::any_of_waba(&mut tx, waba).await?;
        let connection = numbers::connection(&mut tx, &self.vault, number).await?;
        drop(tx);
        let fetched = self
            .provider
            .list_templates(&connection)
            .await
            .map_err(crate::onboarding::provider_error)?;
        let now = self.clock.now();
        let mut tx = self.db.begin(scope).await?;
        let mut known: HashMap<_, _> = templates::of_waba(&mut tx, waba)
            .await?
            .into_iter()
            .map(|row| ((row.template.name.clone(), row.template.language.clone()), row))
            .collect();
        let mut report = SyncReport::default();
        let mut writes = Vec::new();
        let mut events = Vec::new();
        for template in fetched {
            let id = match known.remove(&(template.name.clone(), template.language.clone())) {
                Some(row) if row.template == template => {
                    report.unchanged += 1;
                    writes.push((row.id, template));
                    continue;
                }
                Some(row) => {
                    report.changed += 1;
                    row.id
                }
                None => {
                    report.added += 1;
                    self.ids.make()
                }
            };
            events.push(DomainEvent::TemplateUpdated { template_id: id });
            writes.push((id, template));
        }
        let gone: Vec<_> = known.into_values().map(|row| row.id).collect();
        report.removed = u32::try_from(gone.len()).unwrap_or(u32::MAX);
        events.extend(
            gone.iter()
                .map(|id| DomainEvent::TemplateUpdated { template_id: *id }),
        );
        templates::upsert(&mut tx, waba, &writes, now).await?;
        templates::remove(&mut tx, &gone).await?;
        outbox::push(&mut tx, now, &events).await?;
        let details = json!({ "added": report.added, "changed": report.changed, "removed": report.removed });
        audit::append(&mut tx, scope, &self.audit("templates.sync", waba, details)).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(report)
    }
}

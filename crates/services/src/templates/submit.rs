//! Submitting templates for review, and deleting them.

use std::collections::BTreeMap;

use domain::{
    Error, MediaId, Result, TemplateId, WabaId,
    content::FileKind,
    event::DomainEvent,
    permission::Permission,
    ports::{Connection, MediaBytes, SubmittedTemplate},
    template::{NewTemplate, Template},
};
use serde_json::json;
use store::{
    TenantScope, TenantTx, audit,
    media::{self, MediaRow, MediaState},
    numbers, outbox, templates,
};

use super::TemplateView;
use crate::{onboarding::provider_error, tenant::TenantServices};

/// Status of a template that the provider still forgets.
const DELETED: &str = "DELETED";

impl TenantServices {
    /// Submits a template to the WABA's provider for review, and keeps it as it stands there.
    pub async fn create_template(
        &self,
        scope: &TenantScope,
        waba: WabaId,
        request: &NewTemplate,
    ) -> Result<TemplateView> {
        scope.require(Permission::TemplatesManage)?;
        let faults = request.faults();
        if !faults.is_empty() {
            let mut error = Error::invalid(
                "components",
                "The template has a part that WhatsApp would refuse.",
            );
            error.fields = faults;
            return Err(error);
        }
        let mut tx = self.db.begin(scope).await?;
        let number = numbers::any_of_waba(&mut tx, waba).await?;
        let connection = numbers::connection(&mut tx, &self.vault, number).await?;
        let app_id = numbers::app_of_waba(&mut tx, waba).await?;
        let samples = samples(&mut tx, request).await?;
        drop(tx);
        let handles = self.upload_samples(&connection, &app_id, samples).await?;
        let submitted = self
            .provider
            .create_template(&connection, request, &handles)
            .await;
        let submitted = submitted.map_err(provider_error)?;
        self.keep(scope, waba, request, submitted).await
    }

    async fn upload_samples(
        &self,
        connection: &Connection,
        app_id: &str,
        samples: Vec<(String, MediaRow)>,
    ) -> Result<BTreeMap<String, String>> {
        let mut handles = BTreeMap::new();
        for (key, row) in samples {
            let bytes = match &row.blob_key {
                Some(blob) => self.blobs.get(blob).await?,
                None => None,
            };
            let bytes = bytes.ok_or_else(|| {
                sample_fault(&key, "The file is not stored here any more. Upload it again.")
            })?;
            let sample = MediaBytes {
                bytes,
                mime_type: row.mime_type,
            };
            let handle = self.provider.upload_sample(connection, app_id, sample).await;
            handles.insert(key, handle.map_err(provider_error)?);
        }
        Ok(handles)
    }

    async fn keep(
        &self,
        scope: &TenantScope,
        waba: WabaId,
        request: &NewTemplate,
        submitted: SubmittedTemplate,
    ) -> Result<TemplateView> {
        let template = Template {
            provider_id: submitted.provider_id,
            name: request.name.clone(),
            language: request.language.clone(),
            category: submitted.category,
            status: submitted.status,
            quality: None,
            rejected_reason: None,
            components: request.components_shown(),
        };
        let now = self.clock.now();
        let mut tx = self.db.begin(scope).await?;
        templates::upsert(&mut tx, waba, &[(self.ids.make(), template)], now).await?;
        let row = templates::find(&mut tx, waba, &request.name, &request.language).await?;
        let details = json!({ "name": request.name, "language": request.language });
        audit::append(&mut tx, scope, &self.audit("template.submit", row.id, details)).await?;
        outbox::push(
            &mut tx,
            now,
            &[DomainEvent::TemplateUpdated { template_id: row.id }],
        )
        .await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(row.into())
    }

    /// Deletes one language of a template, at the provider first. It stays here as DELETED until the provider has forgotten
    /// it, and messages that wait for it are refused at the last moment.
    pub async fn delete_template(&self, scope: &TenantScope, id: TemplateId) -> Result<()> {
        scope.require(Permission::TemplatesManage)?;
        let mut tx = self.db.begin(scope).await?;
        let row = templates::get(&mut tx, id).await?;
        if row.template.status == DELETED {
            return Ok(());
        }
        let number = numbers::any_of_waba(&mut tx, row.waba_id).await?;
        let connection = numbers::connection(&mut tx, &self.vault, number).await?;
        drop(tx);
        let (waba, mut template) = (row.waba_id, row.template);
        let deleted = self
            .provider
            .delete_template(&connection, &template.name, &template.provider_id)
            .await;
        deleted.map_err(provider_error)?;
        let mut tx = self.db.begin(scope).await?;
        let details = json!({ "name": template.name, "language": template.language });
        DELETED.clone_into(&mut template.status);
        templates::upsert(&mut tx, waba, &[(id, template)], self.clock.now()).await?;
        audit::append(&mut tx, scope, &self.audit("template.delete", id, details)).await?;
        outbox::push(
            &mut tx,
            self.clock.now(),
            &[DomainEvent::TemplateUpdated { template_id: id }],
        )
        .await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }
}

fn sample_fault(key: &str, message: &str) -> Error {
    Error::invalid(format!("samples.{key}"), message)
}

/// The stored files behind the samples.
async fn samples(tx: &mut TenantTx, request: &NewTemplate) -> Result<Vec<(String, MediaRow)>> {
    let mut rows = Vec::with_capacity(request.samples.len());
    for (key, id) in &request.samples {
        rows.push((key.clone(), sample(tx, key, *id).await?));
    }
    Ok(rows)
}

async fn sample(tx: &mut TenantTx, key: &str, id: MediaId) -> Result<MediaRow> {
    let row = media::get(tx, id).await?;
    if row.state != MediaState::Stored {
        return Err(sample_fault(key, "Upload the file first and give its id."));
    }
    let bytes = row
        .size_bytes
        .and_then(|size| u64::try_from(size).ok())
        .unwrap_or_default();
    match FileKind::of(&row.mime_type).fault(&row.mime_type, bytes) {
        Some(fault) => Err(sample_fault(key, fault)),
        None => Ok(row),
    }
}

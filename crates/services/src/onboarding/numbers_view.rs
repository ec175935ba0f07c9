//! Numbers with their health, and the apps a tenant can connect through.

use domain::{
    Error, ErrorKind, MetaAppId, PhoneNumberId, Result, WabaId,
    event::DomainEvent,
    permission::Permission,
    ports::NumberDetails,
    stop::{Lift, StopClass},
};
use serde::Serialize;
use serde_json::json;
use store::{
    TenantScope, audit,
    numbers::{self, NumberRow, StopRow},
    outbox,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::provider_error;
use crate::{templates::EnvironmentRef, tenant::TenantServices};

/// A number with its health.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberView {
    /// The number.
    pub id: PhoneNumberId,
    /// Its WABA.
    pub waba_id: WabaId,
    /// As people write it.
    pub display_phone_number: String,
    /// Name shown to customers.
    pub verified_name: String,
    /// GREEN, YELLOW, RED or UNKNOWN.
    pub quality: String,
    /// CONNECTED when it may send.
    pub status: String,
    /// Messages per second.
    pub throughput_mps: i32,
    /// What else WhatsApp tells, as last read.
    pub details: NumberDetails,
    /// Why it does not send now: the oldest of its stops.
    pub paused_reason: Option<String>,
    /// Everything that stops it, oldest first; it sends when none is left.
    pub stops: Vec<StopView>,
    /// The provider's id.
    pub provider_number_id: String,
    /// When its fields were last read.
    #[serde(with = "time::serde::rfc3339")]
    pub checked_at: OffsetDateTime,
    /// When it was connected.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl From<NumberRow> for NumberView {
    fn from(row: NumberRow) -> Self {
        Self {
            id: row.id,
            waba_id: row.waba_id,
            display_phone_number: row.display_phone_number,
            verified_name: row.verified_name,
            quality: row.quality,
            status: row.status,
            throughput_mps: row.throughput_mps,
            details: row.details,
            paused_reason: row.paused_reason,
            stops: row.stops.into_iter().map(StopView::from).collect(),
            provider_number_id: row.provider_number_id,
            checked_at: row.checked_at,
            created_at: row.created_at,
        }
    }
}

/// One thing that stops a number.
#[derive(Debug, Serialize, ToSchema)]
pub struct StopView {
    /// Why.
    pub class: StopClass,
    /// In words, with the cure.
    pub reason: String,
    /// What lifts it.
    pub lift: Lift,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl From<StopRow> for StopView {
    fn from(row: StopRow) -> Self {
        Self {
            class: row.class,
            reason: row.reason,
            lift: row.class.lift(),
            at: row.at,
        }
    }
}

/// An app that a number can be connected through.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetaAppView {
    /// The app.
    pub id: MetaAppId,
    /// Its name.
    pub name: String,
    /// The provider's id.
    pub app_id: String,
    /// Where it lives.
    pub graph_environment: EnvironmentRef,
    /// Where its webhooks must point.
    pub callback_url: String,
}

impl TenantServices {
    /// Every number of the tenant.
    pub async fn numbers(&self, scope: &TenantScope) -> Result<Vec<NumberView>> {
        scope.require(Permission::NumbersRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(numbers::list(&mut tx)
            .await?
            .into_iter()
            .map(NumberView::from)
            .collect())
    }

    /// One number.
    pub async fn number(&self, scope: &TenantScope, id: PhoneNumberId) -> Result<NumberView> {
        scope.require(Permission::NumbersRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(numbers::get(&mut tx, id).await?.into())
    }

    /// Reads the number's fields from the provider again.
    pub async fn check_number(&self, scope: &TenantScope, id: PhoneNumberId) -> Result<NumberView> {
        scope.require(Permission::NumbersManage)?;
        let mut tx = self.db.begin(scope).await?;
        let connection = numbers::connection(&mut tx, &self.vault, id).await?;
        drop(tx);
        let fields = self
            .provider
            .number_fields(&connection)
            .await
            .map_err(provider_error)?;
        let now = self.clock.now();
        let mut tx = self.db.begin(scope).await?;
        numbers::set_fields(&mut tx, id, &fields, now).await?;
        audit::append(&mut tx, scope, &self.audit("number.check", id, json!({}))).await?;
        outbox::push(
            &mut tx,
            now,
            &[DomainEvent::NumberUpdated { phone_number_id: id }],
        )
        .await?;
        let row = numbers::get(&mut tx, id).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(row.into())
    }

    /// Lifts what a person may lift, once its cause is mended; when nothing else stops the number, what waited goes out.
    /// Refused when everything that stops it asks for something else.
    pub async fn resume_number(&self, scope: &TenantScope, id: PhoneNumberId) -> Result<NumberView> {
        scope.require(Permission::NumbersManage)?;
        let now = self.clock.now();
        let mut tx = self.db.begin(scope).await?;
        numbers::get(&mut tx, id).await?;
        let by_person: Vec<_> = StopClass::ALL
            .into_iter()
            .filter(|class| class.lift() == Lift::Resume)
            .collect();
        let lifted = numbers::lift(&mut tx, &[id], &by_person).await?;
        let row = numbers::get(&mut tx, id).await?;
        if let (true, Some(stop)) = (lifted.is_empty(), row.stops.first()) {
            return Err(Error::new(
                ErrorKind::Refused,
                "stop-stays",
                format!("Resuming does not lift this. {}", stop.reason),
            ));
        }
        let lifted: Vec<_> = lifted.into_iter().map(|(_, class)| class).collect();
        let left: Vec<_> = row.stops.iter().map(|stop| stop.class).collect();
        let entry = self.audit("number.resume", id, json!({ "lifted": lifted, "left": left }));
        audit::append(&mut tx, scope, &entry).await?;
        outbox::push(
            &mut tx,
            now,
            &[DomainEvent::NumberUpdated { phone_number_id: id }],
        )
        .await?;
        tx.commit().await?;
        self.lanes.wake(scope.tenant_id(), id);
        self.hub.wake();
        Ok(row.into())
    }

    /// The apps a number can be connected through.
    pub async fn meta_apps(&self, scope: &TenantScope) -> Result<Vec<MetaAppView>> {
        scope.require(Permission::NumbersManage)?;
        let mut tx = self.db.begin(scope).await?;
        let rows = numbers::meta_apps(&mut tx).await?;
        Ok(rows
            .into_iter()
            .map(|row| MetaAppView {
                callback_url: format!("{}/webhooks/{}", self.webhooks_url, row.id),
                id: row.id,
                name: row.name,
                app_id: row.app_id,
                graph_environment: EnvironmentRef {
                    id: row.graph_environment_id,
                    name: row.environment_name,
                    kind: row.environment_kind,
                },
            })
            .collect())
    }
}

//! Connecting a number: steps that prove the token, the WABA and the number with the provider before anything routes
//! here. Each step is logged; a failed one names the cure and can be resumed.

mod codes;
mod doctor;
mod numbers_view;
mod reconnect;
mod steps;
mod words;

use domain::{
    ConnectionId, Error, ErrorKind, MetaAppId, PhoneNumberId, Result,
    channel::Recipient,
    entitlement::Entitlement,
    permission::Permission,
    ports::{FaultClass, ProviderFault},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    TenantScope, TenantTx, audit,
    connections::{self, ConnectionRow, NewConnection},
    numbers::{self, NewProviderAccount},
    vault::{CONNECTION_PIN, PROVIDER_CREDENTIAL},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use codes::RequestCode;
pub use doctor::{CheckState, CheckView, Diagnosis};
pub use numbers_view::{MetaAppView, NumberView, StopView};

use crate::tenant::TenantServices;

/// The steps, in order.
const STEPS: [&str; 9] = [
    "token",
    "scopes",
    "waba",
    "number",
    "register",
    "subscribe",
    "route",
    "templates",
    "test",
];

/// What a tenant gives to connect a number by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectNumber {
    /// The app whose webhooks will count.
    pub meta_app_id: MetaAppId,
    /// The provider's id of the WABA: digits.
    pub provider_waba_id: String,
    /// The provider's id of the number: digits, not the phone number itself.
    pub provider_number_id: String,
    /// A system user's or business token; stored sealed, never shown again.
    #[schema(value_type = String, format = Password)]
    pub access_token: SecretString,
    /// The number's two-step PIN, six digits; needed when it has one already. Left out, a new one is made and kept sealed.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub pin: Option<SecretString>,
    /// Who gets a test message once the number is connected.
    #[serde(default)]
    pub test_to: Option<Recipient>,
}

/// What may be given when a run goes on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeConnection {
    /// Replaces the stored token.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub access_token: Option<SecretString>,
    /// Replaces the stored PIN.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub pin: Option<SecretString>,
    /// Who gets a test message once the number is connected.
    #[serde(default)]
    pub test_to: Option<Recipient>,
}

/// A run of the step log.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionView {
    /// The run.
    pub id: ConnectionId,
    /// `running`, `failed` or `connected`.
    pub state: String,
    /// The number, once connected.
    pub phone_number_id: Option<PhoneNumberId>,
    /// The steps in order.
    pub steps: Vec<StepView>,
}

/// One step of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    /// `token`, `scopes`, `waba`, `number`, `register`, `subscribe`, `route`, `templates` or `test`.
    pub step: String,
    /// `pending`, `done` or `failed`.
    pub state: String,
    /// What was found, or the cure.
    pub detail: Option<String>,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl From<ConnectionRow> for ConnectionView {
    fn from(row: ConnectionRow) -> Self {
        let steps = row.steps.into_iter().map(|s| StepView {
            step: s.step,
            state: s.state,
            detail: s.detail,
            at: s.at,
        });
        Self {
            id: row.id,
            state: row.state,
            phone_number_id: row.phone_number_id,
            steps: steps.collect(),
        }
    }
}

impl TenantServices {
    /// Starts a run and goes through its steps.
    pub async fn connect_number(
        &self,
        scope: &TenantScope,
        request: ConnectNumber,
    ) -> Result<ConnectionView> {
        scope.require(Permission::NumbersManage)?;
        provider_id("provider_waba_id", &request.provider_waba_id)?;
        provider_id("provider_number_id", &request.provider_number_id)?;
        check_token(&request.access_token)?;
        check_pin(request.pin.as_ref())?;
        may_test(scope, request.test_to.as_ref())?;
        let now = self.clock.now();
        let id: ConnectionId = self.ids.make();
        let mut tx = self.db.begin(scope).await?;
        if !numbers::meta_apps(&mut tx)
            .await?
            .iter()
            .any(|app| app.id == request.meta_app_id)
        {
            return Err(Error::not_found());
        }
        self.require_entitlement(&mut tx, Entitlement::Numbers, now)
            .await?;
        let token = request.access_token.expose_secret();
        let credential = self
            .vault
            .seal(&mut tx, PROVIDER_CREDENTIAL, now, token.as_bytes())
            .await?;
        let account = NewProviderAccount {
            id: self.ids.make(),
            credential: &credential,
            hint: &hint(token),
            now,
        };
        numbers::insert_provider_account(&mut tx, &account).await?;
        let connection = NewConnection {
            id,
            meta_app_id: request.meta_app_id,
            provider_waba_id: &request.provider_waba_id,
            provider_number_id: &request.provider_number_id,
            provider_account_id: account.id,
            steps: &STEPS,
            now,
        };
        connections::insert(&mut tx, &connection).await?;
        if let Some(pin) = &request.pin {
            self.keep_pin(&mut tx, id, pin).await?;
        }
        audit::append(&mut tx, scope, &self.audit("number.connect", id, json!({}))).await?;
        tx.commit().await?;
        self.run_steps(scope, id, request.test_to).await
    }

    /// Goes on where a run stopped, with a new token or PIN if given.
    pub async fn resume_connection(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        request: ResumeConnection,
    ) -> Result<ConnectionView> {
        scope.require(Permission::NumbersManage)?;
        check_pin(request.pin.as_ref())?;
        may_test(scope, request.test_to.as_ref())?;
        if let Some(pin) = &request.pin {
            let mut tx = self.db.begin(scope).await?;
            connections::get(&mut tx, id).await?;
            self.keep_pin(&mut tx, id, pin).await?;
            audit::append(&mut tx, scope, &self.audit("number.new_pin", id, json!({}))).await?;
            tx.commit().await?;
        }
        if let Some(token) = &request.access_token {
            check_token(token)?;
            let mut tx = self.db.begin(scope).await?;
            let row = connections::get(&mut tx, id).await?;
            let token = token.expose_secret();
            let credential = self
                .vault
                .seal(&mut tx, PROVIDER_CREDENTIAL, self.clock.now(), token.as_bytes())
                .await?;
            numbers::set_credential(&mut tx, row.provider_account_id, &credential, &hint(token)).await?;
            audit::append(&mut tx, scope, &self.audit("number.new_token", id, json!({}))).await?;
            tx.commit().await?;
        }
        self.run_steps(scope, id, request.test_to).await
    }

    /// One run.
    pub async fn connection(&self, scope: &TenantScope, id: ConnectionId) -> Result<ConnectionView> {
        scope.require(Permission::NumbersManage)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(connections::get(&mut tx, id).await?.into())
    }

    async fn keep_pin(&self, tx: &mut TenantTx, id: ConnectionId, pin: &SecretString) -> Result<()> {
        let pin = pin.expose_secret().as_bytes();
        let sealed = self.vault.seal(tx, CONNECTION_PIN, self.clock.now(), pin).await?;
        Ok(connections::set_pin(tx, id, &sealed).await?)
    }
}

fn check_pin(pin: Option<&SecretString>) -> Result<()> {
    let well_formed = pin.is_none_or(|pin| {
        let pin = pin.expose_secret();
        pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit())
    });
    if well_formed {
        Ok(())
    } else {
        Err(Error::invalid("pin", "Six digits."))
    }
}

fn may_test(scope: &TenantScope, to: Option<&Recipient>) -> Result<()> {
    match to {
        Some(_) => scope.require(Permission::MessagesSend),
        None => Ok(()),
    }
}

fn provider_id(field: &str, text: &str) -> Result<()> {
    let well_formed = (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if well_formed {
        Ok(())
    } else {
        Err(Error::invalid(
            field,
            "Digits only, as WhatsApp Manager shows the id.",
        ))
    }
}

fn check_token(token: &SecretString) -> Result<()> {
    let text = token.expose_secret();
    let well_formed = (8..=1_024).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if well_formed {
        Ok(())
    } else {
        Err(Error::invalid(
            "access_token",
            "Paste the whole token, without spaces.",
        ))
    }
}

fn hint(token: &str) -> String {
    token
        .chars()
        .skip(token.chars().count().saturating_sub(4))
        .collect()
}

/// A provider's failure of a call that a person waits for.
#[must_use]
pub fn provider_error(fault: ProviderFault) -> Error {
    let kind = match fault.class {
        FaultClass::Network | FaultClass::ProviderDown => ErrorKind::Unavailable,
        _ => ErrorKind::Upstream,
    };
    Error::new(
        kind,
        "provider-failed",
        format!("WhatsApp answered with an error: {fault}"),
    )
    .with_source(fault)
}

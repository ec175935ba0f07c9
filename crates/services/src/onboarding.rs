//! Connecting a number: steps that prove the token, the WABA and the number with the provider before anything routes
//! here. Each step is logged; a failed one names the cure and can be resumed.

mod numbers_view;
mod reconnect;

use domain::{
    ConnectionId, Error, ErrorKind, MetaAppId, PhoneNumberId, Result, WabaId,
    event::DomainEvent,
    permission::Permission,
    ports::{Connection, FaultClass, NumberFields, ProviderFault, WabaFields},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    TenantScope, audit,
    connections::{self, ConnectionRow, NewConnection, NewIds, ProvenNumber},
    numbers::{self, MetaAppRow, NewProviderAccount},
    outbox,
    vault::PROVIDER_CREDENTIAL,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use numbers_view::{MetaAppView, NumberView};

use crate::tenant::TenantServices;

/// The steps, in order.
const STEPS: [&str; 6] = ["token", "waba", "number", "subscribe", "route", "templates"];

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
    /// `token`, `waba`, `number`, `subscribe`, `route` or `templates`.
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

struct Run {
    row: ConnectionRow,
    app: MetaAppRow,
    provider: Connection,
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
        audit::append(&mut tx, scope, &self.audit("number.connect", id, json!({}))).await?;
        tx.commit().await?;
        self.run_steps(scope, id).await
    }

    /// Goes on where a run stopped, with a new token if given.
    pub async fn resume_connection(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        token: Option<SecretString>,
    ) -> Result<ConnectionView> {
        scope.require(Permission::NumbersManage)?;
        if let Some(token) = &token {
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
        self.run_steps(scope, id).await
    }

    /// One run.
    pub async fn connection(&self, scope: &TenantScope, id: ConnectionId) -> Result<ConnectionView> {
        scope.require(Permission::NumbersManage)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(connections::get(&mut tx, id).await?.into())
    }

    async fn run_steps(&self, scope: &TenantScope, id: ConnectionId) -> Result<ConnectionView> {
        let mut tx = self.db.begin(scope).await?;
        let row = connections::get(&mut tx, id).await?;
        let app = numbers::meta_apps(&mut tx)
            .await?
            .into_iter()
            .find(|app| app.id == row.meta_app_id)
            .ok_or_else(Error::not_found)?;
        let access_token = connections::token(&mut tx, &self.vault, row.provider_account_id).await?;
        drop(tx);
        let provider = Connection {
            base_url: app.base_url.clone(),
            graph_version: app.graph_version.clone(),
            access_token,
            provider_waba_id: row.provider_waba_id.clone(),
            provider_number_id: row.provider_number_id.clone(),
        };
        let run = Run { row, app, provider };
        let ended = self.steps(scope, &run).await?;
        if ended {
            self.lift_token_pauses(scope, run.row.provider_account_id).await?;
        }
        let mut tx = self.db.begin(scope).await?;
        connections::set_state(&mut tx, id, if ended { "connected" } else { "failed" }).await?;
        let row = connections::get(&mut tx, id).await?;
        tx.commit().await?;
        Ok(row.into())
    }

    /// True when every step is done; false when one failed and was logged with its cure.
    async fn steps(&self, scope: &TenantScope, run: &Run) -> Result<bool> {
        let Some(waba) = self.prove_waba(scope, run).await? else {
            return Ok(false);
        };
        let fields = self.provider.number_fields(&run.provider).await;
        let Some(number) = self
            .log(scope, run, "number", fields, |n| {
                format!("{} ({})", n.display_phone_number, n.verified_name)
            })
            .await?
        else {
            return Ok(false);
        };
        let subscribed = self.subscribe_app(run).await;
        if self
            .log(scope, run, "subscribe", subscribed, |()| {
                format!("App {} receives this account's webhooks.", run.app.app_id)
            })
            .await?
            .is_none()
        {
            return Ok(false);
        }
        let Some((waba_id, _)) = self.route(scope, run, &waba, &number).await? else {
            return Ok(false);
        };
        let synced = self.sync_for_connection(scope, waba_id).await;
        Ok(self
            .log(scope, run, "templates", synced, |count| {
                format!("{count} templates read.")
            })
            .await?
            .is_some())
    }

    async fn prove_waba(&self, scope: &TenantScope, run: &Run) -> Result<Option<WabaFields>> {
        match self.provider.waba_fields(&run.provider).await {
            Err(fault) if fault.class == FaultClass::Token => {
                self.log::<()>(scope, run, "token", Err(fault), |()| String::new())
                    .await?;
                Ok(None)
            }
            result => {
                self.log(scope, run, "token", Ok(()), |()| {
                    "The token is accepted.".to_owned()
                })
                .await?;
                self.log(scope, run, "waba", result, |waba| waba.name.clone())
                    .await
            }
        }
    }

    async fn subscribe_app(&self, run: &Run) -> std::result::Result<(), ProviderFault> {
        self.provider.subscribe(&run.provider).await?;
        let apps = self.provider.subscribed_apps(&run.provider).await?;
        if apps.contains(&run.app.app_id) {
            return Ok(());
        }
        Err(ProviderFault {
            class: FaultClass::Permission,
            code: None,
            subcode: None,
            message: format!(
                "The token belongs to another app than {}; use a token of this app.",
                run.app.app_id
            ),
            trace_id: None,
            retry_after: None,
        })
    }

    async fn route(
        &self,
        scope: &TenantScope,
        run: &Run,
        waba: &WabaFields,
        number: &NumberFields,
    ) -> Result<Option<(WabaId, PhoneNumberId)>> {
        let now = self.clock.now();
        let ids = NewIds {
            portfolio: self.ids.make(),
            waba: self.ids.make(),
            channel_account: self.ids.make(),
            phone_number: self.ids.make(),
        };
        let proven = ProvenNumber {
            connection: &run.row,
            graph_environment_id: run.app.graph_environment_id,
            waba,
            number,
            ids,
            now,
        };
        let mut tx = self.db.begin(scope).await?;
        let routed = match connections::make_routable(&mut tx, &proven).await {
            Ok(id) => id,
            Err(error) => {
                drop(tx);
                let error = Error::from(error);
                if error.kind != ErrorKind::Conflict {
                    return Err(error);
                }
                let mut tx = self.db.begin(scope).await?;
                connections::set_step(&mut tx, run.row.id, "route", "failed", Some(&error.public), now)
                    .await?;
                tx.commit().await?;
                return Ok(None);
            }
        };
        connections::set_step(
            &mut tx,
            run.row.id,
            "route",
            "done",
            Some("Messages to this number arrive here."),
            now,
        )
        .await?;
        outbox::push(
            &mut tx,
            now,
            &[DomainEvent::NumberUpdated {
                phone_number_id: routed,
            }],
        )
        .await?;
        audit::append(&mut tx, scope, &self.audit("number.routed", routed, json!({}))).await?;
        let waba_id = numbers::get(&mut tx, routed).await?.waba_id;
        tx.commit().await?;
        self.hub.wake();
        self.lanes.wake(scope.tenant_id(), routed);
        Ok(Some((waba_id, routed)))
    }

    async fn sync_for_connection(
        &self,
        scope: &TenantScope,
        waba: WabaId,
    ) -> std::result::Result<u32, ProviderFault> {
        let report = self.sync_waba(scope, waba).await.map_err(|error| ProviderFault {
            class: FaultClass::Other,
            code: None,
            subcode: None,
            message: error.public,
            trace_id: None,
            retry_after: None,
        })?;
        Ok(report.added + report.changed + report.unchanged)
    }

    async fn log<T>(
        &self,
        scope: &TenantScope,
        run: &Run,
        step: &str,
        result: std::result::Result<T, ProviderFault>,
        found: impl FnOnce(&T) -> String,
    ) -> Result<Option<T>> {
        let (state, detail) = match &result {
            Ok(value) => ("done", found(value)),
            Err(fault) => ("failed", cure(step, fault)),
        };
        let mut tx = self.db.begin(scope).await?;
        connections::set_step(&mut tx, run.row.id, step, state, Some(&detail), self.clock.now()).await?;
        tx.commit().await?;
        Ok(result.ok())
    }
}

fn cure(step: &str, fault: &ProviderFault) -> String {
    let cure = match (step, fault.class) {
        (_, FaultClass::Token) => "Make a new token for a system user of this business and resume.",
        (_, FaultClass::Network | FaultClass::ProviderDown) => {
            "The provider did not answer; resume in a minute."
        }
        ("waba", _) => {
            "Check the WhatsApp Business Account id, and give the system user access to that account with whatsapp_business_management."
        }
        ("number", _) => {
            "Check the phone number id (not the phone number) and that it belongs to this account."
        }
        ("subscribe", _) => "Use a token of this very app with whatsapp_business_management.",
        _ => "Mend what the provider says and resume.",
    };
    format!("{fault}. {cure}")
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

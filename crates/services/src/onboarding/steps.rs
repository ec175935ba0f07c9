//! The steps of a run: each may be made again, and none does twice what it did.

use std::collections::BTreeMap;

use domain::{
    ConnectionId, Error, ErrorKind, PhoneNumberId, Result, WabaId,
    channel::Recipient,
    entitlement::Entitlement,
    event::DomainEvent,
    ports::{Connection, FaultClass, NumberFields, ProviderFault, WabaFields},
};
use secrecy::SecretString;
use serde_json::json;
use store::{
    TenantScope, TenantTx, audit,
    connections::{self, ConnectionRow, NewIds, ProvenNumber},
    numbers::{self, MetaAppRow},
    outbox,
    templates::{self, TemplateRow},
};

use super::{ConnectionView, words};
use crate::{
    messaging::{NewContent, Outcome, SendRequest},
    tenant::TenantServices,
};

pub(super) struct Run {
    row: ConnectionRow,
    app: MetaAppRow,
    pub(super) provider: Connection,
    /// Who gets a test message.
    test_to: Option<Recipient>,
}

impl TenantServices {
    pub(super) async fn run_steps(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        test_to: Option<Recipient>,
    ) -> Result<ConnectionView> {
        let run = self.load_run(scope, id, test_to).await?;
        let ended = self.steps(scope, &run).await?;
        let mut tx = self.db.begin(scope).await?;
        connections::set_state(&mut tx, id, if ended { "connected" } else { "failed" }).await?;
        let row = connections::get(&mut tx, id).await?;
        tx.commit().await?;
        Ok(row.into())
    }

    pub(super) async fn load_run(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        test_to: Option<Recipient>,
    ) -> Result<Run> {
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
        Ok(Run {
            row,
            app,
            provider,
            test_to,
        })
    }

    /// True when every step is done; false when one failed and was logged with its cure.
    async fn steps(&self, scope: &TenantScope, run: &Run) -> Result<bool> {
        if !self.prove_token(scope, run).await? {
            return Ok(false);
        }
        let waba = self.provider.waba_fields(&run.provider).await;
        let Some(waba) = self
            .log(scope, run, "waba", waba, |waba| waba.name.clone())
            .await?
        else {
            return Ok(false);
        };
        let fields = self.provider.number_fields(&run.provider).await;
        let named = |n: &NumberFields| format!("{} ({})", n.display_phone_number, n.verified_name);
        let Some(number) = self.log(scope, run, "number", fields, named).await? else {
            return Ok(false);
        };
        let Some(number) = self.register(scope, run, number).await? else {
            return Ok(false);
        };
        let subscribed = self.subscribe_app(run).await;
        let receives = |(): &()| format!("App {} receives this account's webhooks.", run.app.app_id);
        if self
            .log(scope, run, "subscribe", subscribed, receives)
            .await?
            .is_none()
        {
            return Ok(false);
        }
        let Some((waba_id, number_id)) = self.route(scope, run, &waba, &number).await? else {
            return Ok(false);
        };
        self.lift_by_connecting(scope, number_id, run.row.provider_account_id)
            .await?;
        let synced = self.sync_for_connection(scope, waba_id).await;
        let read = |count: &u32| format!("{count} templates read.");
        if self.log(scope, run, "templates", synced, read).await?.is_none() {
            return Ok(false);
        }
        self.test(scope, run, waba_id, number_id).await
    }

    /// What the token is and may do; WhatsApp does not tell every app, and then the later steps find out.
    async fn prove_token(&self, scope: &TenantScope, run: &Run) -> Result<bool> {
        let fields = self.provider.token_fields(&run.provider).await;
        let found = words::token(
            fields,
            &run.app.app_id,
            &run.row.provider_waba_id,
            self.real_clock.now(),
        );
        for (step, result) in [("token", found.token), ("scopes", found.scopes)] {
            let (state, detail) = match &result {
                Ok(detail) => ("done", detail),
                Err(detail) => ("failed", detail),
            };
            self.set_step(scope, run, step, state, detail).await?;
            if result.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Registers the number unless it is; the fields as they are then.
    async fn register(
        &self,
        scope: &TenantScope,
        run: &Run,
        number: NumberFields,
    ) -> Result<Option<NumberFields>> {
        if let Some(why) = words::needs_no_registration(&number) {
            self.set_step(scope, run, "register", "done", why).await?;
            return Ok(Some(number));
        }
        let pin = self.pin(scope, run).await?;
        let registered = self.provider.register(&run.provider, &pin).await;
        let kept = |(): &()| {
            "Registered. The PIN is kept sealed; change it in WhatsApp Manager if you need it elsewhere."
                .to_owned()
        };
        if self
            .log(scope, run, "register", registered, kept)
            .await?
            .is_none()
        {
            return Ok(None);
        }
        // Only its status changed, and the next check reads it again.
        Ok(Some(
            self.provider.number_fields(&run.provider).await.unwrap_or(number),
        ))
    }

    /// The PIN that was given, or a new one; kept before the call, because the provider keeps it whatever becomes of the answer.
    async fn pin(&self, scope: &TenantScope, run: &Run) -> Result<SecretString> {
        let mut tx = self.db.begin(scope).await?;
        if let Some(pin) = connections::pin(&mut tx, &self.vault, run.row.id).await? {
            return Ok(pin);
        }
        let digits = u64::from_le_bytes(self.ids.bytes()) % 1_000_000;
        let pin = SecretString::from(format!("{digits:06}"));
        self.keep_pin(&mut tx, run.row.id, &pin).await?;
        tx.commit().await?;
        Ok(pin)
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
        let routed = match self.make_routable(&mut tx, &proven).await {
            Ok(id) => id,
            Err(error) => {
                drop(tx);
                if !matches!(error.kind, ErrorKind::Conflict | ErrorKind::Refused) {
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

    /// The number routes here from now on, if the tenant may have one more: other runs may have used up what was left when
    /// this one began.
    async fn make_routable(&self, tx: &mut TenantTx, proven: &ProvenNumber<'_>) -> Result<PhoneNumberId> {
        if !connections::routes_here(tx, proven).await? {
            self.require_entitlement(tx, Entitlement::Numbers, proven.now)
                .await?;
        }
        Ok(connections::make_routable(tx, proven).await?)
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

    /// Queues a test message like any other, if one was asked for.
    async fn test(
        &self,
        scope: &TenantScope,
        run: &Run,
        waba: WabaId,
        number: PhoneNumberId,
    ) -> Result<bool> {
        let Some(to) = &run.test_to else {
            self.set_step(scope, run, "test", "done", "No test was asked for.")
                .await?;
            return Ok(true);
        };
        let mut tx = self.db.begin(scope).await?;
        let templates = templates::of_waba(&mut tx, waba).await?;
        drop(tx);
        let plain = |row: &&TemplateRow| {
            row.template.unsendable().is_none() && !row.template.parameters().iter().any(|p| p.required)
        };
        let candidates = templates.iter().filter(plain);
        let Some(template) = candidates.max_by_key(|row| row.template.name == "hello_world") else {
            let words = "The account has no approved template without values, such as hello_world. Make one, then resume.";
            self.set_step(scope, run, "test", "failed", words).await?;
            return Ok(false);
        };
        let request = SendRequest {
            conversation_id: None,
            phone_number_id: Some(number),
            to: Some(to.clone()),
            content: NewContent::Template {
                template_id: template.id,
                parameters: BTreeMap::new(),
            },
            reply_to: None,
            not_before: None,
        };
        let (Recipient::Phone(address) | Recipient::UserId(address)) = to;
        let key = format!("connection-test-{}-{address}", run.row.id);
        let (done, detail) = match self.send(scope, &key, &request).await {
            Ok(Outcome::Queued(sent)) => (
                true,
                format!(
                    "Queued as {}; the inbox shows what becomes of it.",
                    sent.message.id
                ),
            ),
            Ok(Outcome::Replayed(_)) => (
                true,
                "Queued before; the inbox shows what became of it.".to_owned(),
            ),
            Ok(Outcome::Refused(decision)) => (false, decision.reason),
            Err(error) if error.kind == ErrorKind::Internal => return Err(error),
            Err(error) => (false, words::of_error(&error)),
        };
        self.set_step(scope, run, "test", if done { "done" } else { "failed" }, &detail)
            .await?;
        Ok(done)
    }

    async fn set_step(
        &self,
        scope: &TenantScope,
        run: &Run,
        step: &str,
        state: &str,
        detail: &str,
    ) -> Result<()> {
        let mut tx = self.db.begin(scope).await?;
        connections::set_step(&mut tx, run.row.id, step, state, Some(detail), self.clock.now()).await?;
        Ok(tx.commit().await?)
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
            Err(fault) => ("failed", words::cure(step, fault)),
        };
        self.set_step(scope, run, step, state, &detail).await?;
        Ok(result.ok())
    }
}

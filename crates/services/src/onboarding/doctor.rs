//! The doctor: makes the checks of the step log again at any time, and changes nothing.

use domain::{
    PhoneNumberId, Result,
    permission::Permission,
    ports::{Connection, NumberFields, ProviderResult},
};
use serde::Serialize;
use store::{
    TenantScope,
    numbers::{self, NumberRow},
    templates,
};
use utoipa::ToSchema;

use super::words;
use crate::tenant::TenantServices;

/// How a number's way to WhatsApp stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Diagnosis {
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// True when no check failed.
    pub healthy: bool,
    /// The checks in order.
    pub checks: Vec<CheckView>,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckView {
    /// `token`, `scopes`, `waba`, `number`, `register`, `subscribe`, `templates` or `sending`.
    pub check: &'static str,
    /// How it ended.
    pub state: CheckState,
    /// What was found, or the cure.
    pub detail: String,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Fine,
    /// It works, but somebody should look.
    Attention,
    /// It does not work until the cure is applied.
    Failed,
}

impl TenantServices {
    /// Checks a number with the provider: nothing is registered, subscribed, stored or sent.
    pub async fn diagnose_number(&self, scope: &TenantScope, id: PhoneNumberId) -> Result<Diagnosis> {
        scope.require(Permission::NumbersManage)?;
        let mut tx = self.db.begin(scope).await?;
        let row = numbers::get(&mut tx, id).await?;
        let connection = numbers::connection(&mut tx, &self.vault, id).await?;
        let app_id = numbers::app_of_waba(&mut tx, row.waba_id).await?;
        let stored = templates::of_waba(&mut tx, row.waba_id).await?;
        drop(tx);
        let mut checks = self.token_checks(&connection, &app_id).await;
        let waba = self.provider.waba_fields(&connection).await;
        checks.push(provider_check("waba", waba, |waba| waba.name.clone()));
        let number = self.provider.number_fields(&connection).await;
        checks.extend(number_checks(number));
        checks.push(self.subscription(&connection, &app_id).await);
        let sendable = stored
            .iter()
            .filter(|row| row.template.unsendable().is_none())
            .count();
        let templates = format!("{sendable} of {} templates can be sent.", stored.len());
        let state = if sendable == 0 {
            CheckState::Attention
        } else {
            CheckState::Fine
        };
        checks.push(check("templates", state, templates));
        checks.push(sending(&row));
        Ok(Diagnosis {
            phone_number_id: id,
            healthy: checks.iter().all(|check| check.state != CheckState::Failed),
            checks,
        })
    }

    async fn token_checks(&self, connection: &Connection, app_id: &str) -> Vec<CheckView> {
        let fields = self.provider.token_fields(connection).await;
        let found = words::token(
            fields,
            app_id,
            &connection.provider_waba_id,
            self.real_clock.now(),
        );
        let checks = [("token", found.token), ("scopes", found.scopes)];
        let judged = checks.into_iter().map(|(name, result)| match result {
            Ok(detail) => check(name, CheckState::Fine, detail),
            Err(detail) => check(name, CheckState::Failed, detail),
        });
        judged.collect()
    }

    async fn subscription(&self, connection: &Connection, app_id: &str) -> CheckView {
        match self.provider.subscribed_apps(connection).await {
            Ok(apps) if apps.iter().any(|app| app == app_id) => {
                let detail = format!("App {app_id} receives this account's webhooks.");
                check("subscribe", CheckState::Fine, detail)
            }
            Ok(_) => check(
                "subscribe",
                CheckState::Failed,
                format!(
                    "App {app_id} is not subscribed to this account: nothing that customers write arrives. Connect the number once more."
                ),
            ),
            Err(fault) => check("subscribe", CheckState::Failed, words::cure("subscribe", &fault)),
        }
    }
}

const fn check(check: &'static str, state: CheckState, detail: String) -> CheckView {
    CheckView { check, state, detail }
}

fn provider_check<T>(
    name: &'static str,
    result: ProviderResult<T>,
    found: impl FnOnce(&T) -> String,
) -> CheckView {
    match result {
        Ok(value) => check(name, CheckState::Fine, found(&value)),
        Err(fault) => check(name, CheckState::Failed, words::cure(name, &fault)),
    }
}

/// The number itself, and whether it may send.
fn number_checks(result: ProviderResult<NumberFields>) -> Vec<CheckView> {
    let number = match result {
        Ok(number) => number,
        Err(fault) => return vec![check("number", CheckState::Failed, words::cure("number", &fault))],
    };
    let declined = matches!(
        number.details.name_status.as_deref(),
        Some("DECLINED" | "EXPIRED")
    );
    let poor = matches!(number.quality.as_str(), "RED" | "YELLOW");
    let state = if declined || poor {
        CheckState::Attention
    } else {
        CheckState::Fine
    };
    let name = number.details.name_status.as_deref().unwrap_or("not told");
    let limit = number.details.messaging_limit.as_deref().unwrap_or("not told");
    let detail = format!(
        "{}: quality {}, review of the display name {name}, messaging limit {limit}.",
        number.display_phone_number, number.quality
    );
    let registered = match words::needs_no_registration(&number) {
        Some(why) => check("register", CheckState::Fine, why.to_owned()),
        None => check(
            "register",
            CheckState::Failed,
            format!(
                "WhatsApp says {}: the number can't send. Connect it once more, which registers it, or see WhatsApp Manager for the reason.",
                number.status
            ),
        ),
    };
    vec![check("number", state, detail), registered]
}

fn sending(row: &NumberRow) -> CheckView {
    match &row.paused_reason {
        Some(reason) => check("sending", CheckState::Failed, format!("Paused here: {reason}")),
        None => check("sending", CheckState::Fine, "Messages go out.".to_owned()),
    }
}

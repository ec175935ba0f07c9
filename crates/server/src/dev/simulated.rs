//! What the simulated WhatsApp holds for the demo: one app, an account and a number per tenant, templates, customers.

use domain::Ids;
use egress::{AllowRule, Egress, Method, Policy, Timeouts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cli::DevPorts;

/// Id of the demo's Meta app at the simulated WhatsApp.
pub const APP_ID: &str = "700000000000001";
/// Version prefix that the demo uses.
pub const GRAPH_VERSION: &str = "v26.0";

/// What signs and opens the simulated WhatsApp.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credentials {
    /// Version prefix.
    pub graph_version: String,
    /// Bearer token of both demo tenants' accounts.
    pub access_token: String,
    /// Id of the app.
    pub app_id: String,
    /// Signs webhooks.
    pub app_secret: String,
    /// Of the handshake.
    pub verify_token: String,
}

impl Credentials {
    /// Fresh ones.
    pub fn generate(ids: &Ids) -> Self {
        Self {
            graph_version: GRAPH_VERSION.to_owned(),
            access_token: format!("EAAsandbox{}", hex::encode(ids.bytes::<24>())),
            app_id: APP_ID.to_owned(),
            app_secret: hex::encode(ids.bytes::<16>()),
            verify_token: hex::encode(ids.bytes::<12>()),
        }
    }
}

/// A demo tenant's account at the simulated WhatsApp.
pub struct Account {
    /// Id of the WhatsApp Business Account.
    pub waba_id: &'static str,
    /// Id of its portfolio.
    pub business_id: &'static str,
    /// Name of the account and of the number.
    pub name: &'static str,
    /// Id of the number.
    pub number_id: &'static str,
    /// The number as people write it.
    pub display: &'static str,
    /// Its templates, as the Graph API takes them, plus `status`.
    pub templates: fn() -> Value,
}

/// Speaks to the control API.
pub struct Simulated {
    egress: Egress,
    base: String,
}

impl Simulated {
    /// Reaches the sandbox on this machine.
    pub fn new(ports: &DevPorts) -> anyhow::Result<Self> {
        let rule: AllowRule = ports.sandbox().to_string().parse()?;
        let egress = Egress::new(Policy { allow: vec![rule] }, Timeouts::default())?;
        Ok(Self {
            egress,
            base: DevPorts::url(ports.sandbox())?
                .as_str()
                .trim_end_matches('/')
                .to_owned(),
        })
    }

    /// Base URL of the Graph API.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sets the app up; with a callback URL the sandbox does the handshake at once.
    pub async fn put_app(&self, credentials: &Credentials, callback_url: Option<&str>) -> anyhow::Result<()> {
        let body = json!({
            "app_secret": credentials.app_secret,
            "access_token": credentials.access_token,
            "verify_token": credentials.verify_token,
            "callback_url": callback_url,
        });
        self.put(&format!("apps/{}", credentials.app_id), &body).await
    }

    /// Sets a tenant's account up.
    pub async fn put_account(&self, account: &Account) -> anyhow::Result<()> {
        let body = json!({
            "name": account.name,
            "business_id": account.business_id,
            "app_ids": [APP_ID],
            "numbers": [{ "id": account.number_id, "display_phone_number": account.display, "verified_name": account.name, "registered": true }],
            "templates": (account.templates)(),
        });
        self.put(&format!("wabas/{}", account.waba_id), &body).await
    }

    /// Sets a customer up.
    pub async fn put_customer(&self, key: &str, body: &Value) -> anyhow::Result<()> {
        self.put(&format!("customers/{key}"), body).await
    }

    async fn put(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let url = format!("{}/sandbox/{path}", self.base);
        let response = self.egress.request(Method::PUT, &url).json(body).send().await?;
        anyhow::ensure!(
            response.status.is_success(),
            "the simulated WhatsApp refused {path}: {} {}",
            response.status,
            String::from_utf8_lossy(&response.body)
        );
        Ok(())
    }
}

/// Templates of a clinic.
pub fn clinic_templates() -> Value {
    json!([
        template(
            "appointment_reminder",
            "en_US",
            "UTILITY",
            "APPROVED",
            "Hi {{1}}, this is a reminder of your appointment on {{2}} at {{3}}.",
            &["Maya", "Monday", "10:30"],
            &["Confirm", "Reschedule"]
        ),
        template(
            "recall_checkup",
            "en_US",
            "MARKETING",
            "APPROVED",
            "Hi {{1}}, it has been six months since your last check-up. Shall we find a time for you?",
            &["Maya"],
            &["Yes, please", "Not now"]
        ),
        template(
            "appointment_reminder",
            "de",
            "UTILITY",
            "APPROVED",
            "Hallo {{1}}, wir erinnern an Ihren Termin am {{2}} um {{3}} Uhr.",
            &["Maya", "Montag", "10:30"],
            &["Bestätigen", "Verschieben"]
        ),
        template(
            "price_list",
            "en_US",
            "MARKETING",
            "PENDING",
            "Hello {{1}}, our new price list is here for you to read.",
            &["Maya"],
            &[]
        ),
        template(
            "feedback_request",
            "en_US",
            "MARKETING",
            "REJECTED",
            "Hi {{1}}, how was your visit with us today?",
            &["Maya"],
            &["Great", "Could be better"]
        ),
    ])
}

/// Templates of a bicycle workshop.
pub fn workshop_templates() -> Value {
    json!([
        template(
            "repair_ready",
            "en_US",
            "UTILITY",
            "APPROVED",
            "Hello {{1}}, your bicycle is ready. The repair came to {{2}}. We are open until {{3}} today.",
            &["Omar", "€ 84", "18:30"],
            &["On my way", "Tomorrow"]
        ),
        template(
            "repair_quote",
            "en_US",
            "UTILITY",
            "APPROVED",
            "Hello {{1}}, we looked at your bicycle. The repair would cost {{2}}. Shall we go ahead?",
            &["Omar", "€ 84"],
            &["Go ahead", "Call me"]
        ),
    ])
}

fn template(
    name: &str,
    language: &str,
    category: &str,
    status: &str,
    body: &str,
    examples: &[&str],
    replies: &[&str],
) -> Value {
    let mut components =
        vec![json!({ "type": "BODY", "text": body, "example": { "body_text": [examples] } })];
    if !replies.is_empty() {
        let buttons: Vec<_> = replies
            .iter()
            .map(|text| json!({ "type": "QUICK_REPLY", "text": text }))
            .collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    json!({ "name": name, "language": language, "category": category, "status": status, "components": components })
}

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::graph::error::Failure;

/// A Meta app: signs webhooks, owns the callback.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) app_secret: String,
    pub(crate) access_token: String,
    pub(crate) verify_token: Option<String>,
    pub(crate) callback_url: Option<String>,
}

/// A token that reaches one WABA, on behalf of an app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WabaToken {
    pub(crate) token: String,
    pub(crate) app_id: String,
}

/// An app's subscription to a WABA's webhooks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) override_callback_uri: Option<String>,
}

/// A WhatsApp Business Account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Waba {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) business_id: String,
    /// Apps whose own token reaches this WABA; `None` means every app.
    pub(crate) app_ids: Option<Vec<String>>,
    pub(crate) access_tokens: Vec<WabaToken>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
}

/// A business phone number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Number {
    pub(crate) id: String,
    pub(crate) waba_id: String,
    pub(crate) display_phone_number: String,
    pub(crate) verified_name: String,
    pub(crate) throughput_level: String,
    pub(crate) registered: bool,
    pub(crate) pin: Option<String>,
}

impl Number {
    pub(crate) fn digits(&self) -> String {
        crate::rules::phone::digits(&self.display_phone_number)
    }
}

/// A message template of a WABA.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) waba_id: String,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) category: String,
    pub(crate) parameter_format: String,
    pub(crate) components: Vec<Value>,
    pub(crate) status: String,
    pub(crate) rejected_reason: Option<String>,
}

/// A person on WhatsApp.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub(crate) key: String,
    pub(crate) name: String,
    /// International digits without `+`.
    pub(crate) phone: Option<String>,
    pub(crate) hides_phone: bool,
    pub(crate) online: bool,
    pub(crate) auto_read: bool,
    pub(crate) username: Option<String>,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Party {
    Customer,
    Business,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    Sent,
    Delivered,
    Read,
    Failed,
}

/// An emoji on a message; each party has at most one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reaction {
    pub(crate) by: Party,
    pub(crate) emoji: String,
}

/// One message of a thread.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) by: Party,
    /// Simulated Unix milliseconds.
    pub(crate) at_ms: i64,
    /// Type as on the wire (`text`, `image`, `template`, …).
    pub(crate) kind: String,
    /// The type's object; for templates the filled-in form.
    pub(crate) content: Value,
    pub(crate) quoted: Option<String>,
    pub(crate) stage: Stage,
    pub(crate) reactions: Vec<Reaction>,
    /// Pricing category of a business message.
    pub(crate) category: Option<String>,
    pub(crate) callback_data: Option<String>,
    /// Whether the business named the customer by phone number.
    pub(crate) by_phone: bool,
    pub(crate) error: Option<Failure>,
}

impl Message {
    /// Whether the customer's phone shows it as a message of its own.
    pub(crate) fn on_phone(&self) -> bool {
        self.kind != "reaction"
            && (self.by == Party::Customer || matches!(self.stage, Stage::Delivered | Stage::Read))
    }
}

/// What one customer and one business number wrote to each other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Thread {
    pub(crate) messages: Vec<Message>,
    /// Simulated Unix milliseconds of the customer's last message.
    pub(crate) last_inbound_ms: Option<i64>,
    /// Until when a hidden phone number is shown to the business, simulated Unix milliseconds.
    pub(crate) phone_known_until_ms: i64,
    /// Until when the business shows as typing, simulated Unix milliseconds.
    pub(crate) typing_until_ms: i64,
}

/// A media object; its bytes are a file named by the id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Media {
    pub(crate) id: String,
    pub(crate) phone_number_id: String,
    pub(crate) mime_type: String,
    /// Digest of the bytes, lower-case hex.
    pub(crate) sha256: String,
    pub(crate) size: usize,
    pub(crate) expires_ms: i64,
}

use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
    /// Webhook fields the app takes; `None` means all.
    pub(crate) fields: Option<BTreeSet<String>>,
    /// Whether every call must carry a proof made with the app secret.
    pub(crate) require_proof: bool,
}

/// A token that reaches one WABA, on behalf of an app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WabaToken {
    pub(crate) token: String,
    pub(crate) app_id: String,
    /// Permissions; `None` means all that the sandbox knows.
    pub(crate) scopes: Option<Vec<String>>,
    /// Simulated Unix seconds.
    pub(crate) expires_at: Option<i64>,
}

/// A code of Embedded Signup that buys one token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignupCode {
    pub(crate) app_id: String,
    pub(crate) waba_id: String,
    pub(crate) expires_ms: i64,
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
    /// `TIER_250` to `TIER_UNLIMITED`; the tier of its whole portfolio.
    pub(crate) messaging_limit: String,
    /// `ACTIVE`, `DISABLED` or `RESTRICTED`.
    pub(crate) status: String,
    pub(crate) account_review_status: String,
    /// Whether a valid payment method is on file.
    pub(crate) payment: bool,
    pub(crate) currency: String,
    pub(crate) timezone_id: String,
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
    /// The code that SMS or voice told, until it is given back.
    pub(crate) verification_code: Option<String>,
    pub(crate) verified: bool,
    pub(crate) quality_rating: String,
    /// `BANNED`, `FLAGGED` and the like; `None` follows from registration.
    pub(crate) status: Option<String>,
    pub(crate) name_status: String,
    pub(crate) new_name: Option<String>,
    /// Used from the WhatsApp Business app at the same time.
    pub(crate) on_biz_app: bool,
    /// By app.
    pub(crate) override_callback_uris: BTreeMap<String, String>,
    pub(crate) profile: serde_json::Map<String, Value>,
    /// Simulated moments of the last register and deregister calls.
    pub(crate) registrations_ms: Vec<i64>,
    /// Customers that the business blocked, by key.
    pub(crate) blocked: BTreeSet<String>,
    /// What it appears as in settings.
    pub(crate) settings: serde_json::Map<String, Value>,
}

impl Number {
    pub(crate) fn digits(&self) -> String {
        crate::rules::phone::digits(&self.display_phone_number)
    }

    /// Status of the node.
    pub(crate) fn status(&self) -> &str {
        match &self.status {
            Some(status) => status,
            None if self.registered => "CONNECTED",
            None if self.verified => "DISCONNECTED",
            None => "UNVERIFIED",
        }
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
    pub(crate) previous_category: Option<String>,
    pub(crate) correct_category: Option<String>,
    pub(crate) parameter_format: String,
    pub(crate) components: Vec<Value>,
    pub(crate) status: String,
    pub(crate) rejected_reason: Option<String>,
    pub(crate) quality: String,
    pub(crate) ttl_seconds: Option<i64>,
    /// Times it was paused for low quality.
    pub(crate) pauses: u8,
    /// Simulated Unix milliseconds at which a pause ends by itself.
    pub(crate) paused_until_ms: Option<i64>,
    /// Simulated moments of the edits of the approved template.
    pub(crate) edits_ms: Vec<i64>,
    /// Whether sends are held for quality assessment.
    pub(crate) paced: bool,
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
    /// Numbers that this person had before; the user id follows from it.
    pub(crate) generation: u32,
    /// Why every message to this person fails, told by webhook.
    pub(crate) failure: Option<Failure>,
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
    /// Kept back for quality assessment.
    Held,
    Sent,
    Delivered,
    Read,
    Played,
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
    pub(crate) phone_number_id: String,
    /// Key of the customer.
    pub(crate) customer: String,
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
    /// Template that was sent.
    pub(crate) template_id: Option<String>,
    pub(crate) error: Option<Failure>,
}

impl Message {
    /// Whether the customer's phone shows it as a message of its own.
    pub(crate) fn on_phone(&self) -> bool {
        self.kind != "reaction"
            && (self.by == Party::Customer
                || matches!(self.stage, Stage::Delivered | Stage::Read | Stage::Played))
    }
}

/// What one customer and one business number wrote to each other; messages are rows of their own.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Thread {
    /// Positions of its messages, oldest first.
    #[serde(skip)]
    pub(crate) messages: VecDeque<u64>,
    /// Messages of the business that wait for the customer's phone.
    #[serde(skip)]
    pub(crate) undelivered: VecDeque<u64>,
    /// Messages of the business on the phone, not read yet.
    #[serde(skip)]
    pub(crate) unread: VecDeque<u64>,
    /// Simulated Unix milliseconds of the customer's last message.
    pub(crate) last_inbound_ms: Option<i64>,
    /// Until when a hidden phone number is shown to the business, simulated Unix milliseconds.
    pub(crate) phone_known_until_ms: i64,
    /// Until when the business shows as typing, simulated Unix milliseconds.
    pub(crate) typing_until_ms: i64,
    /// The customer stopped marketing messages of this business.
    pub(crate) offers_stopped: bool,
    /// Until when an answer opens a free entry point, simulated Unix milliseconds.
    pub(crate) entry_point_ms: Option<i64>,
    /// Until when all messages are free, simulated Unix milliseconds.
    pub(crate) free_until_ms: Option<i64>,
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

/// A resumable upload of an app; its bytes are a file named by the id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) mime_type: String,
    pub(crate) length: usize,
    pub(crate) received: usize,
    /// What template samples and profile photos name it by, once it is whole.
    pub(crate) handle: Option<String>,
}

//! The ports: what the outside must offer. Adapters implement them; only the composition root names one.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::SecretString;
use time::OffsetDateTime;

use crate::{
    channel::{Party, Recipient},
    content::Content,
    error::Result,
    ids::{MediaId, MessageId, PhoneNumberId, TenantId},
    limits::{Quota, RateLimit},
    template::{NewTemplate, Template},
};

mod fault;
mod inbound;
mod mail;

pub use fault::{Acts, FaultClass, ProviderFault, ProviderResult};
pub use inbound::{
    AccountStop, AddressBookEntry, Change, Fact, IdentityChange, InboundMessage, NumberAspect, NumberUpdate,
    Preference, Pricing, RECONNECTED, RESUMED, Revision, StatusUpdate, TemplateAspect, TemplateUpdate,
};
pub use mail::{Mail, MailFault, MailFaultClass, Mailer};

/// Where and as whom a provider is called.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Base URL of the Graph environment, without a trailing slash: `https://graph.facebook.com`.
    pub base_url: String,
    /// Version prefix: `v26.0`.
    pub graph_version: String,
    /// The tenant's token.
    pub access_token: SecretString,
    /// The provider's id of the WABA.
    pub provider_waba_id: String,
    /// The provider's id of the number; empty for calls that need none.
    pub provider_number_id: String,
}

/// One message ready for the wire.
#[derive(Debug, Clone)]
pub struct OutboundMessage {
    /// Comes back in status webhooks; how a lost answer is settled.
    pub message_id: MessageId,
    /// The receiver.
    pub to: Recipient,
    /// What to send.
    pub payload: Payload,
    /// Provider id of the message that is answered.
    pub reply_to: Option<String>,
}

/// What is sent: content that passed [`Content::faults`], and what it needs from elsewhere.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The content as it is stored.
    pub content: Content,
    /// The template that the content names, as it stands now, with values that passed [`Template::check`].
    pub template: Option<Box<Template>>,
    /// The provider's ids of the files that the content names.
    pub media: BTreeMap<MediaId, String>,
}

impl Payload {
    /// Content that needs nothing else.
    #[must_use]
    pub const fn plain(content: Content) -> Self {
        Self {
            content,
            template: None,
            media: BTreeMap::new(),
        }
    }
}

/// What became of a send call.
#[derive(Debug, Clone)]
pub enum SendOutcome {
    /// The provider answered 200: it took the message, which is not yet `sent`.
    Accepted {
        /// The provider's message id.
        provider_id: String,
        /// True when the provider holds it for a quality check.
        held: bool,
        /// The receiver as the provider resolved it.
        party: Party,
    },
    /// The provider refused it and said so; it was not sent.
    Refused(ProviderFault),
    /// No byte of the request left this machine; trying again is safe.
    NotSent(ProviderFault),
    /// The answer was lost or makes no sense: it may have been sent.
    Ambiguous(ProviderFault),
}

/// Media as bytes.
#[derive(Debug, Clone)]
pub struct MediaBytes {
    /// The bytes.
    pub bytes: Bytes,
    /// MIME type the provider declared.
    pub mime_type: String,
}

/// What the provider says of a number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberFields {
    /// As people write it: `+1 555-010-0200`.
    pub display_phone_number: String,
    /// Name shown to customers.
    pub verified_name: String,
    /// GREEN, YELLOW, RED or UNKNOWN.
    pub quality: String,
    /// CONNECTED when it may send.
    pub status: String,
    /// Messages per second: 80 by default, 1,000 upgraded, 20 for coexistence.
    pub throughput_mps: u32,
    /// What else it tells.
    pub details: NumberDetails,
}

/// What a provider tells of a number beyond its health; absent where it does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct NumberDetails {
    /// APPROVED, PENDING_REVIEW, DECLINED …: the review of the display name.
    pub name_status: Option<String>,
    /// VERIFIED once the owner proved the number.
    pub code_verification_status: Option<String>,
    /// People the portfolio may write to first within 24 hours: TIER_250 to TIER_UNLIMITED.
    pub messaging_limit: Option<String>,
    /// CLOUD_API once registered there.
    pub platform_type: Option<String>,
    /// LIVE or SANDBOX.
    pub account_mode: Option<String>,
    /// True when a PIN protects the registration.
    pub is_pin_enabled: Option<bool>,
    /// True when the number is also on the WhatsApp Business app.
    pub is_on_biz_app: Option<bool>,
    /// True for an official business account.
    pub is_official_business_account: Option<bool>,
}

/// What the provider says of a token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenFields {
    /// False when it is expired or revoked.
    pub is_valid: bool,
    /// The provider's id of its app.
    pub app_id: Option<String>,
    /// When it ends; `None` when it does not.
    pub expires_at: Option<OffsetDateTime>,
    /// Its permissions, each with the things it holds for; none named means all.
    pub scopes: Vec<TokenScope>,
}

/// A permission of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenScope {
    /// `whatsapp_business_messaging` …
    pub name: String,
    /// Ids of the accounts that it is limited to.
    pub targets: Vec<String>,
}

/// A template that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedTemplate {
    /// The provider's id.
    pub provider_id: String,
    /// PENDING, APPROVED or REJECTED.
    pub status: String,
    /// The category as the provider sees it.
    pub category: String,
}

/// How a code to prove a number reaches its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeMethod {
    /// By text message.
    Sms,
    /// By a call.
    Voice,
}

/// What the provider says of a WABA.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WabaFields {
    /// Its name.
    pub name: String,
    /// The owning business portfolio's id, if the provider tells.
    pub business_id: Option<String>,
}

/// Speaks one provider's API.
#[async_trait]
pub trait ChannelProvider: Send + Sync + 'static {
    /// Sends one message; never fails, but tells what became of it.
    async fn send(&self, connection: &Connection, message: &OutboundMessage) -> SendOutcome;
    /// Marks an inbound message, and those before it, as read; `typing` also shows that an answer is being written.
    async fn mark_read(
        &self,
        connection: &Connection,
        provider_message_id: &str,
        typing: bool,
    ) -> ProviderResult<()>;
    /// Uploads media and returns the provider's media id, valid for 30 days on this number.
    async fn upload_media(&self, connection: &Connection, media: MediaBytes) -> ProviderResult<String>;
    /// Downloads media that a webhook named, at most `max_bytes`.
    async fn fetch_media(
        &self,
        connection: &Connection,
        provider_media_id: &str,
        max_bytes: usize,
    ) -> ProviderResult<MediaBytes>;
    /// Every template of the WABA.
    async fn list_templates(&self, connection: &Connection) -> ProviderResult<Vec<Template>>;
    /// Submits a template; `samples` are handles of uploads by parameter key, from [`Self::upload_sample`].
    async fn create_template(
        &self,
        connection: &Connection,
        template: &NewTemplate,
        samples: &BTreeMap<String, String>,
    ) -> ProviderResult<SubmittedTemplate>;
    /// Uploads a sample of a template's media header under the app, and returns its handle.
    async fn upload_sample(
        &self,
        connection: &Connection,
        app_id: &str,
        sample: MediaBytes,
    ) -> ProviderResult<String>;
    /// Deletes one language of a template.
    async fn delete_template(
        &self,
        connection: &Connection,
        name: &str,
        provider_id: &str,
    ) -> ProviderResult<()>;
    /// What the token may do.
    async fn token_fields(&self, connection: &Connection) -> ProviderResult<TokenFields>;
    /// The WABA's own fields; also proves that the token may see it.
    async fn waba_fields(&self, connection: &Connection) -> ProviderResult<WabaFields>;
    /// The number's fields; also proves that the token may see it and that it belongs to the WABA.
    async fn number_fields(&self, connection: &Connection) -> ProviderResult<NumberFields>;
    /// Registers the number for sending, under a PIN of six digits.
    async fn register(&self, connection: &Connection, pin: &SecretString) -> ProviderResult<()>;
    /// Has a code sent to the number's owner, in this language.
    async fn request_code(
        &self,
        connection: &Connection,
        method: CodeMethod,
        language: &str,
    ) -> ProviderResult<()>;
    /// Proves the number with the code that its owner got.
    async fn verify_code(&self, connection: &Connection, code: &str) -> ProviderResult<()>;
    /// Subscribes the token's app to the WABA's webhooks.
    async fn subscribe(&self, connection: &Connection) -> ProviderResult<()>;
    /// Takes the subscription of the token's app back.
    async fn unsubscribe(&self, connection: &Connection) -> ProviderResult<()>;
    /// Ids of the apps subscribed to the WABA, as the provider knows them.
    async fn subscribed_apps(&self, connection: &Connection) -> ProviderResult<Vec<String>>;
}

/// Reads one provider's webhooks.
pub trait InboundAdapter: Send + Sync + 'static {
    /// True when `signature` (the header's value) signs exactly these bytes under one of `secrets`; constant time per secret.
    fn verify(&self, secrets: &[SecretString], signature: &str, body: &[u8]) -> bool;
    /// Name of the signature header, lower case.
    fn signature_header(&self) -> &'static str;
    /// What decides the stream: number id, else WABA id, else the body itself. Never fails.
    fn stream_key<'a>(&self, body: &'a [u8]) -> std::borrow::Cow<'a, [u8]>;
    /// Parses tolerantly: whatever is not understood becomes [`Fact::Unsupported`], never a failure, never a lost neighbour.
    fn parse(&self, body: &[u8]) -> Vec<Change>;
}

/// Stores media bytes.
#[async_trait]
pub trait BlobStore: Send + Sync + 'static {
    /// Stores bytes under a key of `[a-z0-9/_-]`; the same key again replaces.
    async fn put(&self, key: &str, bytes: Bytes) -> Result<()>;
    /// Reads the bytes, or `None`.
    async fn get(&self, key: &str) -> Result<Option<Bytes>>;
    /// Deletes; a missing key is fine.
    async fn delete(&self, key: &str) -> Result<()>;
}

/// Wakes a lane in this process after a commit; a hint, never the only way.
pub trait LaneWaker: Send + Sync + 'static {
    /// There may be work for this number.
    fn wake(&self, tenant: TenantId, number: PhoneNumberId);
}

/// Counts how often things happen.
#[async_trait]
pub trait RateLimiter: Send + Sync + 'static {
    /// Takes `cells` of a key's limit if they are there; none only looks whether there is one.
    async fn take(&self, limit: &RateLimit, key: &str, cells: u32) -> Quota;
}

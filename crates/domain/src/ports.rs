//! The ports: what the outside must offer. Adapters implement them; only the composition root names one.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::SecretString;

use crate::{
    channel::{Party, Recipient},
    content::ButtonsMessage,
    error::Result,
    ids::{MessageId, PhoneNumberId, TenantId},
    template::{Template, Values},
};

mod inbound;

pub use inbound::{
    AccountStop, AddressBookEntry, Change, Fact, IdentityChange, InboundMessage, NumberAspect, NumberUpdate,
    Preference, Pricing, Revision, StatusUpdate, TemplateAspect, TemplateUpdate,
};

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

/// What the slice can send.
#[derive(Debug, Clone)]
pub enum Payload {
    /// Plain text.
    Text {
        /// At most 4,096 characters.
        body: String,
    },
    /// An uploaded image.
    Image {
        /// Media id at the provider, from an upload.
        provider_media_id: String,
        /// Caption.
        caption: Option<String>,
    },
    /// A template with values that passed [`Template::check`].
    Template {
        /// The template as it stands now.
        template: Box<Template>,
        /// Its values.
        values: Values,
        /// Media id at the provider for a media header.
        header_media_id: Option<String>,
    },
    /// Reply buttons.
    Buttons(ButtonsMessage),
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

/// A provider's failure, sorted by what has to happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFault {
    /// What has to happen next.
    pub class: FaultClass,
    /// The provider's code, for humans and for the ledger.
    pub code: Option<i64>,
    /// The provider's sub-code.
    pub subcode: Option<i64>,
    /// The provider's words, without content of the message.
    pub message: String,
    /// The provider's trace id.
    pub trace_id: Option<String>,
    /// When the machine may try again, for the retryable classes.
    pub retry_after: Option<Duration>,
}

/// Classes of provider failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum FaultClass {
    /// Throughput, app or account rate (4, 130429, 80007): slow down, then again.
    RateLimited,
    /// Rate to this one customer (131056): only this pair waits.
    PairRate,
    /// Short maintenance (131057): again soon.
    Maintenance,
    /// The token is dead (0, 190): pause the number, tell the tenant.
    Token,
    /// A right or an asset is missing (3, 10, 200 …): a person must mend it.
    Permission,
    /// Number or account is blocked or not registered: pause the number.
    NumberBlocked,
    /// Payment method missing.
    Payment,
    /// The 24-hour window is closed: needs a template.
    Window,
    /// Template missing, paused or disabled.
    TemplateUnavailable,
    /// The customer can't be reached or opted out.
    Recipient,
    /// The request is wrong; sending it again will not help.
    Invalid,
    /// The network failed or the peer timed out.
    Network,
    /// Temporary fault on the provider's side.
    ProviderDown,
    /// Anything else.
    Other,
}

impl FaultClass {
    /// True for the documented refusals that the machine may try again.
    #[must_use]
    pub const fn machine_may_retry(self) -> bool {
        matches!(self, Self::RateLimited | Self::PairRate | Self::Maintenance)
    }
}

impl std::fmt::Display for ProviderFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code {
            Some(code) => write!(f, "({code}) {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ProviderFault {}

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
}

/// What the provider says of a WABA.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WabaFields {
    /// Its name.
    pub name: String,
    /// The owning business portfolio's id, if the provider tells.
    pub business_id: Option<String>,
}

/// Result of a provider call that sends no message.
pub type ProviderResult<T> = std::result::Result<T, ProviderFault>;

/// Speaks one provider's API.
#[async_trait]
pub trait ChannelProvider: Send + Sync + 'static {
    /// Sends one message; never fails, but tells what became of it.
    async fn send(&self, connection: &Connection, message: &OutboundMessage) -> SendOutcome;
    /// Marks an inbound message, and those before it, as read.
    async fn mark_read(&self, connection: &Connection, provider_message_id: &str) -> ProviderResult<()>;
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
    /// The WABA's own fields; also proves that the token may see it.
    async fn waba_fields(&self, connection: &Connection) -> ProviderResult<WabaFields>;
    /// The number's fields; also proves that the token may see it and that it belongs to the WABA.
    async fn number_fields(&self, connection: &Connection) -> ProviderResult<NumberFields>;
    /// Subscribes the token's app to the WABA's webhooks.
    async fn subscribe(&self, connection: &Connection) -> ProviderResult<()>;
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

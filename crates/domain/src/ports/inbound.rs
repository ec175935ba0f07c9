//! What a provider's webhooks tell, in our words.

use serde_json::Value;
use time::OffsetDateTime;

use crate::{
    channel::Party,
    content::{Content, Direction, Forwarded, Referral, Source},
    ids::MessageId,
    status::MessageStatus,
};

/// One change of a webhook body.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Position in the body, from 0.
    pub index: u32,
    /// The provider's WABA id, as far as it could be read.
    pub provider_waba_id: Option<String>,
    /// The provider's number id, where the field has one.
    pub provider_number_id: Option<String>,
    /// The field: `messages`, `message_template_status_update` …
    pub field: String,
    /// What happened.
    pub facts: Vec<Fact>,
}

/// One thing that a webhook tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A customer wrote, or the business did in its WhatsApp app.
    Message(Box<InboundMessage>),
    /// A message of ours moved on.
    Status(Box<StatusUpdate>),
    /// Somebody changed a message of theirs or took it back.
    Revision(Box<Revision>),
    /// A customer wants marketing or does not.
    Preference(Box<Preference>),
    /// The business named a customer in its address book, or forgot them.
    AddressBook(Box<AddressBookEntry>),
    /// A template changed.
    Template(Box<TemplateUpdate>),
    /// A number or its whole account changed.
    Number(Box<NumberUpdate>),
    /// Understood by a later version; kept in the raw log.
    Unsupported {
        /// What it was, without content: `field:calls`, `unreadable`.
        what: String,
    },
}

/// A message from a customer, or a copy of one to a customer that went another way than ours.
#[derive(Debug, Clone, PartialEq)]
pub struct InboundMessage {
    /// The provider's message id.
    pub provider_id: String,
    /// When it was sent, by the provider's clock.
    pub sent_at: OffsetDateTime,
    /// How it reached us.
    pub source: Source,
    /// Which way it went.
    pub direction: Direction,
    /// The customer: who wrote, or whom the business wrote to.
    pub customer: Party,
    /// What it holds.
    pub content: Content,
    /// Provider id of the message that is answered.
    pub reply_to: Option<String>,
    /// The ad or post that the customer came from.
    pub referral: Option<Referral>,
    /// How often it was passed on.
    pub forwarded: Option<Forwarded>,
    /// Where it stands: `received`, or how far a message of the business came.
    pub status: MessageStatus,
    /// Who the customer was before, when this message tells it.
    pub identity: Option<IdentityChange>,
}

impl InboundMessage {
    /// A message that a customer wrote just now.
    #[must_use]
    pub const fn new(
        provider_id: String,
        sent_at: OffsetDateTime,
        customer: Party,
        content: Content,
    ) -> Self {
        Self {
            provider_id,
            sent_at,
            source: Source::Live,
            direction: Direction::Inbound,
            customer,
            content,
            reply_to: None,
            referral: None,
            forwarded: None,
            status: MessageStatus::Received,
            identity: None,
        }
    }
}

/// What named a customer before a change of theirs; at least one is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityChange {
    /// The user id until now.
    pub user_id: Option<String>,
    /// The phone until now.
    pub phone: Option<String>,
}

/// A status of a message of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusUpdate {
    /// The provider's message id.
    pub provider_id: String,
    /// The status; only provider statuses occur.
    pub status: MessageStatus,
    /// When, by the provider's clock.
    pub at: OffsetDateTime,
    /// Our message id, from `biz_opaque_callback_data`.
    pub message_id: Option<MessageId>,
    /// The customer, as far as the status names them.
    pub recipient: Party,
    /// The provider's error, failed only: code and words.
    pub error: Option<(i64, String)>,
    /// What the message costs, as far as the status tells.
    pub pricing: Pricing,
}

/// What a message costs, as far as the provider has told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pricing {
    /// True when it is charged.
    pub billable: Option<bool>,
    /// The provider's price model, `PMP`.
    pub model: Option<String>,
    /// `regular`, `free_customer_service` or `free_entry_point`.
    pub kind: Option<String>,
    /// `marketing`, `utility`, `service`, `referral_conversion` …, with underscores.
    pub category: Option<String>,
    /// Until when messages to this customer are free, told inside a free entry point only.
    pub free_until: Option<OffsetDateTime>,
}

impl Pricing {
    /// Joins what two statuses of one message tell; order and repetition do not matter.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            billable: self.billable.max(other.billable),
            model: self.model.max(other.model),
            kind: self.kind.max(other.kind),
            category: self.category.max(other.category),
            free_until: self.free_until.max(other.free_until),
        }
    }

    /// True when the message was sent inside a free entry point, which nothing else proves.
    #[must_use]
    pub fn proves_free_entry(&self) -> bool {
        self.free_until.is_some()
            || self.kind.as_deref() == Some("free_entry_point")
            || self.category.as_deref() == Some("referral_conversion")
    }
}

/// A message changed by its sender.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The provider's id of this change.
    pub provider_id: String,
    /// Provider id of the message it changes.
    pub target_provider_id: String,
    /// Whose message: only the side that wrote it may change it.
    pub direction: Direction,
    /// What it holds now; `None` when it was taken back.
    pub content: Option<Content>,
    /// When, by the provider's clock.
    pub at: OffsetDateTime,
}

/// A customer's wish about marketing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// Who.
    pub customer: Party,
    /// True when they want it.
    pub granted: bool,
    /// The provider's word: `stop`, `resume`, `signup`.
    pub word: String,
    /// When, by the provider's clock.
    pub at: OffsetDateTime,
}

/// A customer in the address book of the business's WhatsApp app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressBookEntry {
    /// Who.
    pub customer: Party,
    /// The name there; `None` when the entry was removed.
    pub name: Option<String>,
    /// When, by the provider's clock.
    pub at: OffsetDateTime,
}

/// What of a template changed; the name is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TemplateAspect {
    /// Whether it may be sent.
    Status,
    /// What customers think of it.
    Quality,
    /// What it counts as.
    Category,
    /// Its parts.
    Components,
}

/// A change of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateUpdate {
    /// The same for every delivery of this update, different for every other.
    pub key: String,
    /// The provider's template id.
    pub provider_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its language, with an underscore.
    pub language: Option<String>,
    /// What changed.
    pub aspect: TemplateAspect,
    /// The provider's word for it.
    pub event: String,
    /// The new value, when there is one.
    pub effect: Option<String>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// What else the provider says, for people.
    pub detail: Value,
    /// When, by the provider's clock; `None` when it does not say.
    pub at: Option<OffsetDateTime>,
}

/// What of a number or its account changed; the name is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum NumberAspect {
    /// What customers think of it.
    Quality,
    /// Messages per second.
    Throughput,
    /// What the provider decided about a name.
    Name,
    /// The name customers see.
    VerifiedName,
    /// The username customers find it by.
    Username,
    /// How many customers the portfolio may write to first in a day.
    Limit,
    /// Whether the account, or one number of it, may be used; an effect is the name of an [`AccountStop`], or [`RESUMED`],
    /// or [`RECONNECTED`].
    Account,
    /// Whether the provider approved the account.
    Review,
    /// Something a person should know.
    Alert,
    /// The two-step PIN.
    Security,
}

/// A change of a number, or of all numbers of a WABA.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberUpdate {
    /// The same for every delivery of this update, different for every other.
    pub key: String,
    /// Digits of the number as people write it; `None` for the whole account.
    pub display_phone_number: Option<String>,
    /// What changed.
    pub aspect: NumberAspect,
    /// The provider's word for it.
    pub event: String,
    /// The new value, when there is one.
    pub effect: Option<String>,
    /// Counts only when it is the asking app that it names; the provider's app id.
    pub only_app: Option<String>,
    /// What else the provider says, for people.
    pub detail: Value,
    /// When, by the provider's clock; `None` when it does not say.
    pub at: Option<OffsetDateTime>,
}

/// The effect that ends the stops of a whole account.
pub const RESUMED: &str = "resume";
/// The effect that ends [`AccountStop::Offboarded`].
pub const RECONNECTED: &str = "reconnected";

/// Why an account's numbers can't be used any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum AccountStop {
    /// The account is gone.
    Deleted,
    /// The provider disabled it.
    Disabled,
    /// The business took our access away.
    PartnerRemoved,
    /// The business removed our app: its token is dead.
    AppUninstalled,
    /// The business's WhatsApp app let go of the number.
    Offboarded,
}

impl AccountStop {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Deleted,
        Self::Disabled,
        Self::PartnerRemoved,
        Self::AppUninstalled,
        Self::Offboarded,
    ];

    /// True when it is about one number, whatever else the account has.
    #[must_use]
    pub const fn is_of_one_number(self) -> bool {
        matches!(self, Self::Offboarded)
    }

    /// What the people who work with the number read.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Deleted => {
                "WhatsApp says that this account was deleted. Its messages wait; connect another number to go on."
            }
            Self::Disabled => {
                "WhatsApp disabled this account. Its messages wait; ask for a review in WhatsApp Manager, then resume."
            }
            Self::PartnerRemoved => {
                "The account's owner removed our access. Its messages wait; connect the number again."
            }
            Self::AppUninstalled => {
                "The account's owner removed our app, so its access token is dead. Its messages wait; connect the number again."
            }
            Self::Offboarded => {
                "The WhatsApp Business app let go of this number. Its messages wait; connect the number again."
            }
        }
    }
}

//! How conversations and messages look from outside.

use domain::{
    ContactId, ConversationId, MessageId, PhoneNumberId, SendAttemptId, UserId,
    content::{Content, Direction, Forwarded, Referral, Source},
    conversation::ConversationState,
    decision::{CUSTOMER_SERVICE_WINDOW, Decision},
    ports::{Acts, FaultClass},
    status::MessageStatus,
};
use serde::{Deserialize, Serialize};
use store::{
    conversations::{ConversationRow, PersonRow},
    delivery::AttemptState,
    messages::{AttemptRow, MessageRow},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::messaging::{WaitView, explain};

/// A conversation as the list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationView {
    /// The conversation.
    pub id: ConversationId,
    /// Who it is with.
    pub contact: ContactRef,
    /// The number it runs on.
    pub phone_number: NumberRef,
    /// Time of the newest message.
    #[serde(with = "time::serde::rfc3339")]
    pub last_message_at: OffsetDateTime,
    /// One line of the newest message.
    pub preview: Preview,
    /// Inbound messages since it was last read.
    pub unread: i32,
    /// Whether it waits for somebody.
    pub state: ConversationState,
    /// Whose it is; null while it is nobody's.
    pub assignee: Option<PersonRef>,
    /// When the customer service window closes; null if the customer never wrote. It may lie in the past.
    #[serde(with = "time::serde::rfc3339::option")]
    pub window_expires_at: Option<OffsetDateTime>,
    /// Grows with every change.
    pub version: i64,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Who a conversation is with.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactRef {
    /// The contact.
    pub id: ContactId,
    /// The name that the tenant's people gave, else the profile's.
    pub name: Option<String>,
    /// Digits without `+`.
    pub phone: Option<String>,
    /// Business-scoped user id.
    pub user_id: Option<String>,
    /// Username without `@`.
    pub username: Option<String>,
}

/// A person of the tenant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonRef {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

impl From<PersonRow> for PersonRef {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
        }
    }
}

/// The number a conversation runs on.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberRef {
    /// The number.
    pub id: PhoneNumberId,
    /// As people write it.
    pub display_phone_number: String,
    /// Name shown to customers.
    pub verified_name: String,
}

/// One line of the newest message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Its kind.
    pub kind: String,
    /// Its text; empty where the kind says it all.
    pub text: String,
    /// Its direction.
    pub direction: Direction,
}

impl From<ConversationRow> for ConversationView {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: row.id,
            contact: ContactRef {
                id: row.contact.id,
                name: row.contact.name,
                phone: row.contact.phone,
                user_id: row.contact.user_id,
                username: row.contact.username,
            },
            phone_number: NumberRef {
                id: row.phone_number_id,
                display_phone_number: row.display_phone_number,
                verified_name: row.verified_name,
            },
            last_message_at: row.last_message_at,
            preview: Preview {
                kind: row.preview_kind,
                text: row.preview,
                direction: row.preview_direction,
            },
            unread: row.unread,
            state: if row.open {
                ConversationState::Open
            } else {
                ConversationState::Resolved
            },
            assignee: row.assignee.map(PersonRef::from),
            window_expires_at: row.last_inbound_at.map(|at| at + CUSTOMER_SERVICE_WINDOW),
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// A message of a thread.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// The message.
    pub id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Its direction.
    pub direction: Direction,
    /// Where it stands.
    #[schema(value_type = String)]
    pub status: MessageStatus,
    /// What it holds.
    pub content: Content,
    /// The message that it answers.
    pub reply_to: Option<ReplyTo>,
    /// The provider's id, once known.
    pub provider_id: Option<String>,
    /// Orders the thread: provider time inbound, ours outbound.
    #[serde(with = "time::serde::rfc3339")]
    pub thread_at: OffsetDateTime,
    /// When we stored it.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The provider took it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub accepted_at: Option<OffsetDateTime>,
    /// It left the provider.
    #[serde(with = "time::serde::rfc3339::option")]
    pub sent_at: Option<OffsetDateTime>,
    /// It reached the device.
    #[serde(with = "time::serde::rfc3339::option")]
    pub delivered_at: Option<OffsetDateTime>,
    /// It was displayed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub read_at: Option<OffsetDateTime>,
    /// It failed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub failed_at: Option<OffsetDateTime>,
    /// Why it failed and what to do.
    pub error: Option<MessageErrorView>,
    /// Why it was let through.
    pub decision: Option<Decision>,
    /// Who wrote it.
    pub author: Option<Author>,
    /// Reactions to it.
    pub reactions: Vec<Reaction>,
    /// The ad or post that the customer came from.
    pub referral: Option<Referral>,
    /// How often it was passed on.
    pub forwarded: Option<Forwarded>,
    /// When its sender changed it last.
    #[serde(with = "time::serde::rfc3339::option", default)]
    pub edited_at: Option<OffsetDateTime>,
}

/// The message that is answered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReplyTo {
    /// Ours, if we have it.
    pub message_id: Option<MessageId>,
    /// The provider's id.
    pub provider_id: String,
}

/// Why a message failed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageErrorView {
    /// The provider's code.
    pub code: Option<i64>,
    /// The provider's words.
    pub message: String,
    /// The cause in plain words.
    pub cause: String,
    /// What to do.
    pub next_step: String,
}

/// Who wrote an outbound message.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// Person or key.
    pub kind: AuthorKind,
    /// Their name.
    pub name: String,
}

/// Kinds of authors.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// A person.
    User,
    /// A key of the tenant's developer.
    ApiKey,
    /// Somebody in the WhatsApp Business app.
    BusinessApp,
}

/// A reaction.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// Whose.
    pub direction: Direction,
}

impl From<MessageRow> for MessageView {
    fn from(row: MessageRow) -> Self {
        let author = row
            .author_user
            .map(|name| Author {
                kind: AuthorKind::User,
                name,
            })
            .or_else(|| {
                row.author_api_key.map(|name| Author {
                    kind: AuthorKind::ApiKey,
                    name,
                })
            })
            .or_else(|| {
                (row.direction == Direction::Outbound && row.source != Source::Live).then(|| Author {
                    kind: AuthorKind::BusinessApp,
                    name: "WhatsApp Business app".to_owned(),
                })
            });
        Self {
            id: row.id,
            conversation_id: row.conversation_id,
            direction: row.direction,
            status: row.status,
            content: row.content,
            reply_to: row.reply_to.map(|provider_id| ReplyTo {
                message_id: row.reply_to_id,
                provider_id,
            }),
            provider_id: row.provider_id,
            thread_at: row.thread_at,
            created_at: row.created_at,
            accepted_at: row.accepted_at,
            sent_at: row.sent_at,
            delivered_at: row.delivered_at,
            read_at: row.read_at,
            failed_at: row.failed_at,
            error: explain::failure(row.status, row.error_code, row.error_message),
            decision: row.decision,
            author,
            reactions: row
                .reactions
                .into_iter()
                .map(|(emoji, direction)| Reaction { emoji, direction })
                .collect(),
            referral: row.referral,
            forwarded: row.forwarded,
            edited_at: row.edited_at,
        }
    }
}

/// A message with its ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageDetail {
    /// The message.
    pub message: MessageView,
    /// What it waits for, while it is in the queue.
    pub waiting: Option<WaitView>,
    /// Its ledger rows, oldest first.
    pub attempts: Vec<AttemptView>,
}

/// One row of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// The row.
    pub id: SendAttemptId,
    /// Counts from 1.
    pub attempt: i16,
    /// `scheduled`, `planned`, `claimed`, `accepted`, `rejected`, `unknown`, `not_sent`, `settled`, `expired` or `cancelled`.
    pub state: &'static str,
    /// When it was planned.
    #[serde(with = "time::serde::rfc3339")]
    pub planned_at: OffsetDateTime,
    /// Not to be called before.
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: OffsetDateTime,
    /// Why not before: `scheduled`, `pair_rate`, `order` or `retry`; null when nothing held it up.
    pub wait: Option<String>,
    /// When a lane took it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub claimed_at: Option<OffsetDateTime>,
    /// When its outcome was recorded.
    #[serde(with = "time::serde::rfc3339::option")]
    pub finished_at: Option<OffsetDateTime>,
    /// What went wrong.
    pub fault: Option<FaultView>,
}

/// What went wrong in an attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaultView {
    /// Class of the fault.
    pub class: String,
    /// Who has to act; null where a rule of ours refused it.
    pub acts: Option<Acts>,
    /// The provider's code.
    pub code: Option<i64>,
    /// The provider's words.
    pub message: Option<String>,
    /// The provider's trace id.
    pub trace_id: Option<String>,
}

impl From<AttemptRow> for AttemptView {
    fn from(row: AttemptRow) -> Self {
        let fault = row.fault_class.map(|class| FaultView {
            acts: class.parse().ok().map(FaultClass::acts),
            class,
            code: row.fault_code,
            message: row.fault_message,
            trace_id: row.trace_id,
        });
        Self {
            id: row.id,
            attempt: row.attempt,
            state: state_name(row.state),
            planned_at: row.planned_at,
            not_before: row.not_before,
            wait: row.wait,
            claimed_at: row.claimed_at,
            finished_at: row.finished_at,
            fault,
        }
    }
}

const fn state_name(code: i16) -> &'static str {
    match AttemptState::from_code(code) {
        Some(AttemptState::Planned) => "planned",
        Some(AttemptState::Claimed) => "claimed",
        Some(AttemptState::Accepted) => "accepted",
        Some(AttemptState::Rejected) => "rejected",
        Some(AttemptState::NotSent) => "not_sent",
        Some(AttemptState::Settled) => "settled",
        Some(AttemptState::Expired) => "expired",
        Some(AttemptState::Cancelled) => "cancelled",
        Some(AttemptState::Scheduled) => "scheduled",
        Some(AttemptState::Unknown) | None => "unknown",
    }
}

//! How conversations are worked on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a conversation waits for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// It does.
    Open,
    /// It is done, until the customer writes again.
    Resolved,
}

/// What people do in a conversation beside writing to the customer.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ConversationEventKind {
    /// An internal note was written.
    Note,
    /// It was given to somebody.
    Assigned,
    /// It was given to nobody.
    Unassigned,
    /// It was marked as done.
    Resolved,
    /// It was opened again by a person.
    Reopened,
}

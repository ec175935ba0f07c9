//! Consent: what a contact allowed or withdrew, by topic. What holds is the latest word of a topic.

mod wish;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use wish::{tapped, wish};

/// What a consent is about.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Topic {
    /// Marketing templates.
    Marketing,
    /// Any message at all.
    Messages,
}

/// What the contact said; the number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[repr(i16)]
pub enum ConsentState {
    /// They allow it.
    Granted = 1,
    /// They don't want it.
    Withdrawn = 2,
}

impl ConsentState {
    /// Reads the stored number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Granted),
            2 => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// What a contact has withdrawn, and when; `None` where the latest word is a grant or there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Withdrawn {
    /// Marketing.
    pub marketing_at: Option<OffsetDateTime>,
    /// Messages of any kind.
    pub messages_at: Option<OffsetDateTime>,
}

impl Withdrawn {
    /// Why a message must not go, in words; `None` when it may. Marketing needs both topics. Anything else may answer a
    /// customer who wrote again after they withdrew.
    #[must_use]
    pub fn refusal(&self, marketing: bool, last_inbound_at: Option<OffsetDateTime>) -> Option<&'static str> {
        if marketing && self.marketing_at.is_some() {
            return Some(
                "The customer withdrew their consent to marketing. Answers and templates of other categories may be sent; record a new consent once they give one.",
            );
        }
        let withdrawn_at = self.messages_at?;
        if marketing {
            return Some(
                "The customer withdrew their consent to messages. Marketing needs a new consent; record it once they give one.",
            );
        }
        let wrote_since = last_inbound_at.is_some_and(|wrote_at| wrote_at > withdrawn_at);
        (!wrote_since).then_some(
            "The customer withdrew their consent to messages and has not written since. You can answer once they write, or after a new consent is recorded.",
        )
    }
}

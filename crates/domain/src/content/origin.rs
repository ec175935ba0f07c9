//! Where a message came from: an ad, another chat, the Business app.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a customer saw before they wrote: an ad or a post.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Referral {
    /// `ad` or `post`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<String>,
    /// The ad's or post's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// Its headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Id of the click, for the ad's measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click_id: Option<String>,
}

/// How often a message was passed on; the number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum Forwarded {
    /// At most five times.
    Forwarded = 1,
    /// More often.
    Frequently = 2,
}

impl Forwarded {
    /// Reads the stored number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Forwarded),
            2 => Some(Self::Frequently),
            _ => None,
        }
    }
}

/// How a message reached us; the number is stored, and of two copies of one message the lower stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum Source {
    /// As it was written.
    Live = 0,
    /// A copy of what the business wrote in its WhatsApp app.
    Echo = 1,
    /// From the time before the number was connected.
    History = 2,
    /// From that time too, and its media is told later.
    Placeholder = 3,
}

impl Source {
    /// Reads the stored number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::Live),
            1 => Some(Self::Echo),
            2 => Some(Self::History),
            3 => Some(Self::Placeholder),
            _ => None,
        }
    }
}

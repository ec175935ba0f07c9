//! Who is on the other side of a channel.

use serde::{Deserialize, Serialize};

/// The kind of a contact identity; stored as its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum IdentityKind {
    /// Digits of a phone number as the provider knows it, without `+` (`wa_id`).
    Phone = 1,
    /// Business-scoped user id, `US.77A1B2C3D4`; scoped to a portfolio.
    UserId = 2,
    /// Username without `@`.
    Username = 3,
    /// User id across a group of portfolios, `US.ENT.11815799212886844830`.
    ParentUserId = 4,
}

impl IdentityKind {
    /// The stored number.
    #[must_use]
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Reads the stored number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Phone),
            2 => Some(Self::UserId),
            3 => Some(Self::Username),
            4 => Some(Self::ParentUserId),
            _ => None,
        }
    }
}

/// How a send names its receiver: user id wins when both are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "by", content = "value", rename_all = "snake_case")]
pub enum Recipient {
    /// E.164 digits without `+`.
    Phone(String),
    /// Business-scoped user id.
    UserId(String),
}

/// How a customer appears in one webhook update. At least one of phone and user id is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// `wa_id` digits without `+`.
    pub phone: Option<String>,
    /// Business-scoped user id.
    pub user_id: Option<String>,
    /// Username without `@`.
    pub username: Option<String>,
    /// Name of the profile, as the customer set it.
    pub profile_name: Option<String>,
    /// User id across a group of portfolios, if the business has one.
    pub parent_user_id: Option<String>,
}

impl Party {
    /// True when nothing identifies the customer.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.phone.is_none() && self.user_id.is_none()
    }
}

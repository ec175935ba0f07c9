//! What stops a number, and what lifts it.

use crate::ports::{AccountStop, FaultClass};

/// Why a number does not send; several can hold at once. The name is stored.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    utoipa::ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StopClass {
    /// The access token is dead.
    Token,
    /// The provider blocks the number, or it is not registered.
    NumberBlocked,
    /// The provider blocks the account for a policy.
    AccountBlocked,
    /// The provider asks for a payment method.
    Payment,
    /// The account is gone.
    Deleted,
    /// The provider disabled the account.
    Disabled,
    /// The business took our access away.
    PartnerRemoved,
    /// The business removed our app.
    AppUninstalled,
    /// The business's WhatsApp app let go of the number.
    Offboarded,
}

/// What lifts a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lift {
    /// A person who mended the cause at the provider, which tells nobody.
    Resume,
    /// Connecting the number again, with a token that works.
    Reconnect,
}

impl StopClass {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Token,
        Self::NumberBlocked,
        Self::AccountBlocked,
        Self::Payment,
        Self::Deleted,
        Self::Disabled,
        Self::PartnerRemoved,
        Self::AppUninstalled,
        Self::Offboarded,
    ];

    /// What lifts it.
    #[must_use]
    pub const fn lift(self) -> Lift {
        match self {
            Self::NumberBlocked | Self::AccountBlocked | Self::Payment | Self::Disabled => Lift::Resume,
            Self::Token | Self::Deleted | Self::PartnerRemoved | Self::AppUninstalled | Self::Offboarded => {
                Lift::Reconnect
            }
        }
    }

    /// True when connecting the number again proves that the cause is gone: it has a token, access and a registration.
    #[must_use]
    pub fn ends_with_connecting(self) -> bool {
        self.lift() == Lift::Reconnect || self == Self::NumberBlocked
    }

    /// The stop that a provider's fault means, if it means one.
    #[must_use]
    pub const fn of_fault(class: FaultClass) -> Option<Self> {
        match class {
            FaultClass::Token => Some(Self::Token),
            FaultClass::NumberBlocked => Some(Self::NumberBlocked),
            FaultClass::AccountBlocked => Some(Self::AccountBlocked),
            FaultClass::Payment => Some(Self::Payment),
            _ => None,
        }
    }
}

impl From<AccountStop> for StopClass {
    fn from(stop: AccountStop) -> Self {
        match stop {
            AccountStop::Deleted => Self::Deleted,
            AccountStop::Disabled => Self::Disabled,
            AccountStop::PartnerRemoved => Self::PartnerRemoved,
            AccountStop::AppUninstalled => Self::AppUninstalled,
            AccountStop::Offboarded => Self::Offboarded,
        }
    }
}

//! What a provider's failure means.

use std::time::Duration;

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
    /// The number is blocked or not registered: pause the number.
    NumberBlocked,
    /// The whole account is locked or blocked for a policy (368, 131031): pause all its numbers.
    AccountBlocked,
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

/// Who has to act before it can work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Acts {
    /// The machine tries again by itself.
    Machine,
    /// Who wrote the message or filled in the template.
    Sender,
    /// Who manages the number, its account and its templates.
    Admin,
    /// The customer, or nobody.
    Customer,
    /// Time, or the provider.
    Provider,
}

impl FaultClass {
    /// Who has to act next.
    #[must_use]
    pub const fn acts(self) -> Acts {
        match self {
            Self::RateLimited | Self::PairRate | Self::Maintenance => Acts::Machine,
            Self::Window | Self::Invalid => Acts::Sender,
            Self::Token
            | Self::Permission
            | Self::NumberBlocked
            | Self::AccountBlocked
            | Self::Payment
            | Self::TemplateUnavailable => Acts::Admin,
            Self::Recipient => Acts::Customer,
            Self::Network | Self::ProviderDown | Self::Other => Acts::Provider,
        }
    }

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

/// Result of a provider call that sends no message.
pub type ProviderResult<T> = std::result::Result<T, ProviderFault>;

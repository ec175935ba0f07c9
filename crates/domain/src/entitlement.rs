//! What a tenant may have, decided in one place with a reason. No limit is the default: an installation of one's own
//! has no plans.

use crate::error::{Error, ErrorKind};

/// Something that a plan can limit.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::EnumIter,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::Display,
)]
#[strum(serialize_all = "snake_case")]
pub enum Entitlement {
    /// Connected numbers.
    Numbers,
    /// Members.
    Users,
    /// API keys that work.
    ApiKeys,
    /// Messages sent in a calendar month, UTC.
    MessagesPerMonth,
}

/// Whether one more is allowed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// True when it is.
    pub allowed: bool,
    /// Why, in words, and what to do if not.
    pub reason: String,
}

/// Decides whether a tenant that uses `used` of `most` may have one more.
#[must_use]
pub fn evaluate(what: Entitlement, most: Option<i64>, used: i64) -> Verdict {
    let noun = match what {
        Entitlement::Numbers => "connected numbers",
        Entitlement::Users => "members",
        Entitlement::ApiKeys => "API keys",
        Entitlement::MessagesPerMonth => "messages this month",
    };
    match most {
        None => Verdict {
            allowed: true,
            reason: format!("Nothing limits {noun} here."),
        },
        Some(most) if used < most => Verdict {
            allowed: true,
            reason: format!("{used} of {most} {noun} are used."),
        },
        Some(most) => Verdict {
            allowed: false,
            reason: format!(
                "All {most} {noun} of this tenant are used. Ask the platform admin of this installation for more{}.",
                match what {
                    Entitlement::MessagesPerMonth => ", or wait for the next month",
                    Entitlement::ApiKeys => ", or revoke one",
                    Entitlement::Numbers | Entitlement::Users => "",
                }
            ),
        },
    }
}

impl Verdict {
    /// The refusal, when it is one.
    pub fn require(self) -> Result<(), Error> {
        if self.allowed {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Refused, "limit-reached", self.reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_is_allowed_and_the_next_is_refused_with_the_reason() {
        assert!(evaluate(Entitlement::Numbers, None, 1_000).allowed);
        assert!(evaluate(Entitlement::Numbers, Some(3), 2).allowed);
        let refused = evaluate(Entitlement::Numbers, Some(3), 3);
        assert!(
            refused.reason.starts_with("All 3 connected numbers"),
            "{}",
            refused.reason
        );
        assert_eq!(refused.require().unwrap_err().code, "limit-reached");
        assert!(!evaluate(Entitlement::MessagesPerMonth, Some(0), 0).allowed);
        assert_eq!("api_keys".parse(), Ok(Entitlement::ApiKeys));
    }
}

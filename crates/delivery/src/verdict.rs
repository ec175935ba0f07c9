//! From what a call brought back to what the ledger says and what happens next. Pure.

use domain::{
    SendAttemptId,
    ports::{FaultClass, ProviderFault, SendOutcome},
    stop::StopClass,
};
use store::delivery::{AttemptOutcome, Fault, Pause};
use time::{Duration, OffsetDateTime};

/// Calls per message before the machine gives up.
const TRIES_MAX: u32 = 8;
/// How long the machine tries one message; a later answer would surprise the customer.
const TRY_FOR: Duration = Duration::minutes(15);
/// First wait; each further one is at most three times as long.
const WAIT_FIRST: Duration = Duration::seconds(1);
/// Shortest wait: what is behind in the conversation must find it waiting.
const WAIT_LEAST: Duration = Duration::milliseconds(250);
/// Longest wait.
const WAIT_MAX: Duration = Duration::minutes(5);
/// Longest wait for one customer.
const PAIR_WAIT_MAX: Duration = Duration::hours(1);

/// What was tried before.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tries {
    /// Calls that were not sent.
    pub(crate) earlier: u32,
    /// When the first of them was claimed.
    pub(crate) first_at: Option<OffsetDateTime>,
}

/// What follows from an outcome.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// For the ledger.
    pub(crate) outcome: AttemptOutcome,
    /// Pause the number, or all of its WABA.
    pub(crate) pause: Option<Pause>,
    /// The provider refuses the template itself, in these words.
    pub(crate) template_refused: Option<String>,
    /// The number goes too fast.
    pub(crate) slow: bool,
    /// The conversation waits until then.
    pub(crate) hold_until: Option<OffsetDateTime>,
}

/// Id of the attempt after `former`. Ids order the queue: the next one keeps the place of the former, ahead of what was
/// written later.
pub(crate) fn id_after(former: SendAttemptId) -> SendAttemptId {
    SendAttemptId::new(uuid::Uuid::from_u128(former.uuid().as_u128().wrapping_add(1)))
}

/// Judges an outcome. `next` is the id of a further attempt, `jitter` a random share of `[0, 1)`.
pub(crate) fn judge(
    outcome: SendOutcome,
    tries: Tries,
    now: OffsetDateTime,
    next: SendAttemptId,
    jitter: f64,
) -> Verdict {
    let plain = |outcome| Verdict {
        outcome,
        pause: None,
        template_refused: None,
        slow: false,
        hold_until: None,
    };
    let (fault, not_sent) = match outcome {
        SendOutcome::Accepted {
            provider_id, held, ..
        } => {
            return plain(AttemptOutcome::Accepted { provider_id, held });
        }
        SendOutcome::Ambiguous(fault) => {
            return plain(AttemptOutcome::Unknown {
                fault: ledger(&fault),
            });
        }
        SendOutcome::Refused(fault) => (fault, false),
        SendOutcome::NotSent(fault) => (fault, true),
    };
    if let Some(pause) = pause(&fault) {
        let outcome = AttemptOutcome::Again {
            fault: ledger(&fault),
            next,
            not_before: now,
        };
        return Verdict {
            pause: Some(pause),
            ..plain(outcome)
        };
    }
    if !not_sent && !fault.class.machine_may_retry() {
        let refused = fault.class == FaultClass::TemplateUnavailable;
        return Verdict {
            template_refused: refused.then(|| fault.to_string()),
            ..plain(AttemptOutcome::Rejected {
                fault: ledger(&fault),
                decision: None,
            })
        };
    }
    let slow = fault.class == FaultClass::RateLimited;
    let late = tries.first_at.is_some_and(|first| now - first >= TRY_FOR);
    if tries.earlier + 1 >= TRIES_MAX || late {
        return Verdict {
            slow,
            ..plain(AttemptOutcome::GivenUp {
                fault: ledger(&fault),
            })
        };
    }
    let not_before = now + wait(&fault, tries.earlier, jitter);
    let outcome = AttemptOutcome::Again {
        fault: ledger(&fault),
        next,
        not_before,
    };
    Verdict {
        slow,
        hold_until: Some(not_before),
        ..plain(outcome)
    }
}

/// Exponential, with full jitter so that many do not come back together; the provider's own word is the least.
fn wait(fault: &ProviderFault, earlier: u32, jitter: f64) -> Duration {
    let wait = if fault.class == FaultClass::PairRate {
        (Duration::SECOND * 4_i32.saturating_pow(earlier)).min(PAIR_WAIT_MAX) * (1.0 + jitter / 4.0)
    } else {
        ((WAIT_FIRST * 3_i32.saturating_pow(earlier)).min(WAIT_MAX) * jitter).max(WAIT_LEAST)
    };
    let asked = fault
        .retry_after
        .and_then(|after| Duration::try_from(after).ok())
        .unwrap_or_default();
    wait.max(asked)
}

/// What must stop until a person has acted; `None` when everything may go on.
fn pause(fault: &ProviderFault) -> Option<Pause> {
    let class = StopClass::of_fault(fault.class)?;
    let (cure, whole_waba) = match class {
        StopClass::Token => (
            "The provider no longer takes the access token. Connect the number with a new one; its messages then go out.",
            false,
        ),
        StopClass::NumberBlocked => (
            "The provider blocks the number, or it is not registered. See WhatsApp Manager for the reason, then resume it.",
            false,
        ),
        StopClass::AccountBlocked => (
            "The provider blocks the whole account for a policy. See WhatsApp Manager for the reason, then resume each number.",
            true,
        ),
        StopClass::Payment => (
            "The provider asks for a payment method. Add one in WhatsApp Manager, then resume each number of the account.",
            true,
        ),
        _ => return None,
    };
    Some(Pause {
        class,
        reason: format!("{cure} The provider said: {fault}"),
        whole_waba,
        credential: None,
    })
}

/// The fault as the ledger keeps it.
pub(crate) fn ledger(fault: &ProviderFault) -> Fault {
    Fault {
        class: fault.class.into(),
        code: fault.code,
        message: fault.message.clone(),
        trace_id: fault.trace_id.clone(),
    }
}

/// A fault of our own side, in the provider's shape.
pub(crate) fn own(class: FaultClass, message: impl Into<String>) -> ProviderFault {
    ProviderFault {
        class,
        code: None,
        subcode: None,
        message: message.into(),
        trace_id: None,
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use domain::TypedId;

    use super::*;

    fn verdict(outcome: SendOutcome, earlier: u32, first_at: Option<OffsetDateTime>) -> Verdict {
        let next = SendAttemptId::from_uuid(uuid::Uuid::from_u128(1));
        judge(
            outcome,
            Tries { earlier, first_at },
            OffsetDateTime::UNIX_EPOCH,
            next,
            0.5,
        )
    }

    #[test]
    fn only_what_was_certainly_not_sent_and_may_be_retried_goes_again() {
        use AttemptOutcome as O;
        use FaultClass as F;
        let refused = |class| verdict(SendOutcome::Refused(own(class, "")), 0, None).outcome;
        for class in [F::RateLimited, F::PairRate, F::Maintenance] {
            assert!(matches!(refused(class), O::Again { .. }), "{class}");
        }
        for class in [
            F::Permission,
            F::Window,
            F::TemplateUnavailable,
            F::Recipient,
            F::Invalid,
            F::Other,
            F::ProviderDown,
        ] {
            assert!(matches!(refused(class), O::Rejected { .. }), "{class}");
        }
        let ambiguous = verdict(SendOutcome::Ambiguous(own(F::RateLimited, "")), 0, None);
        assert!(matches!(ambiguous.outcome, O::Unknown { .. }));
        let not_sent = verdict(SendOutcome::NotSent(own(F::Network, "")), 0, None);
        assert!(matches!(not_sent.outcome, O::Again { .. }));
    }

    #[test]
    fn a_dead_token_pauses_and_costs_no_try() {
        for (class, whole_waba) in [
            (FaultClass::Token, false),
            (FaultClass::NumberBlocked, false),
            (FaultClass::AccountBlocked, true),
            (FaultClass::Payment, true),
        ] {
            let verdict = verdict(SendOutcome::Refused(own(class, "gone")), 7, None);
            let pause = verdict.pause.unwrap();
            assert!(pause.reason.ends_with("gone"));
            let stop = StopClass::of_fault(class).unwrap();
            assert_eq!((pause.class, pause.whole_waba), (stop, whole_waba));
            assert!(matches!(verdict.outcome, AttemptOutcome::Again { .. }));
        }
    }

    #[test]
    fn waits_grow_honour_the_provider_and_end() {
        let at = |verdict: Verdict| match verdict.outcome {
            AttemptOutcome::Again { not_before, .. } => {
                Some((not_before - OffsetDateTime::UNIX_EPOCH).whole_milliseconds())
            }
            _ => None,
        };
        let network = || SendOutcome::NotSent(own(FaultClass::Network, ""));
        assert_eq!(
            [0, 1, 2, 6, 7].map(|tries| at(verdict(network(), tries, None))),
            [Some(500), Some(1_500), Some(4_500), Some(150_000), None]
        );
        let long_ago = OffsetDateTime::UNIX_EPOCH - TRY_FOR;
        assert_eq!(at(verdict(network(), 1, Some(long_ago))), None);
        let mut fault = own(FaultClass::RateLimited, "");
        fault.retry_after = Some(std::time::Duration::from_secs(60));
        assert_eq!(at(verdict(SendOutcome::Refused(fault), 0, None)), Some(60_000));
        let pair = |tries| {
            at(verdict(
                SendOutcome::Refused(own(FaultClass::PairRate, "")),
                tries,
                None,
            ))
        };
        assert_eq!([0, 1, 2].map(pair), [Some(1_125), Some(4_500), Some(18_000)]);
    }
}

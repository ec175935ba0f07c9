//! The breaker of a number: after a run of failures of the provider or the network nothing is called for a while, then
//! one call finds out. It knows one number only, so it never stops another.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::ports::{FaultClass, SendOutcome};
use store::delivery::BreakerState;

use crate::timeline::micros;

/// Failures in a row that open it.
const RUN: u32 = 5;
/// First rest; each failed probe doubles it.
const REST_FIRST: Duration = Duration::from_secs(1);
/// Longest rest.
const REST_MAX: Duration = Duration::from_secs(60);

/// What may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claims {
    /// Whatever the pace allows.
    All,
    /// One row, to see whether the provider is back.
    One,
    /// Nothing.
    None,
}

/// What others are told of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Told {
    pub(crate) state: BreakerState,
    pub(crate) reason: Option<String>,
    /// Real time of the next try, microseconds.
    pub(crate) next_try_us: Option<u64>,
}

#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    /// Failures since the last answer.
    run: u32,
    /// When the next call may be tried, while it is open.
    open: Option<Open>,
}

struct Open {
    until_us: u64,
    rest: Duration,
    reason: String,
}

impl Breaker {
    /// What may be claimed now, while `under_way` rows are.
    pub(crate) fn claims(&self, now_us: u64, under_way: u32) -> Claims {
        match &self.state().open {
            None => Claims::All,
            Some(open) if now_us >= open.until_us && under_way == 0 => Claims::One,
            Some(_) => Claims::None,
        }
    }

    /// Notes how a call ended that was begun under the present state; true when it opens now.
    pub(crate) fn note(&self, outcome: &SendOutcome, now_us: u64) -> bool {
        let mut state = self.state();
        let Some(reason) = failure(outcome) else {
            *state = State::default();
            return false;
        };
        state.run += 1;
        let former = state.open.as_ref().map(|open| open.rest);
        if former.is_none() && state.run < RUN {
            return false;
        }
        let rest = former.map_or(REST_FIRST, |rest| (rest * 2).min(REST_MAX));
        state.open = Some(Open {
            until_us: now_us + micros(rest),
            rest,
            reason,
        });
        true
    }

    pub(crate) fn told(&self, now_us: u64) -> Told {
        match &self.state().open {
            None => Told::default(),
            Some(open) => Told {
                state: if now_us < open.until_us {
                    BreakerState::Open
                } else {
                    BreakerState::HalfOpen
                },
                reason: Some(open.reason.clone()),
                next_try_us: Some(open.until_us),
            },
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The words of a failure that says nothing about the message: the next one would meet the same.
fn failure(outcome: &SendOutcome) -> Option<String> {
    match outcome {
        SendOutcome::Accepted { .. } => None,
        SendOutcome::NotSent(fault) | SendOutcome::Ambiguous(fault) => Some(fault.to_string()),
        SendOutcome::Refused(fault) => (fault.class == FaultClass::ProviderDown).then(|| fault.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use domain::channel::Party;

    use super::*;
    use crate::verdict::own;

    const SECOND: u64 = 1_000_000;

    fn down() -> SendOutcome {
        SendOutcome::Ambiguous(own(FaultClass::Network, "timed out"))
    }

    fn refused() -> SendOutcome {
        SendOutcome::Refused(own(FaultClass::Recipient, "not on WhatsApp"))
    }

    fn accepted() -> SendOutcome {
        SendOutcome::Accepted {
            provider_id: String::new(),
            held: false,
            party: Party::default(),
        }
    }

    #[test]
    fn only_a_run_opens_it_and_any_answer_ends_the_run() {
        let breaker = Breaker::default();
        for outcome in [
            down(),
            down(),
            down(),
            down(),
            refused(),
            down(),
            down(),
            down(),
            down(),
            accepted(),
        ] {
            assert!(!breaker.note(&outcome, 0));
        }
        let opened: Vec<_> = (0..5).map(|_| breaker.note(&down(), 0)).collect();
        assert_eq!(opened, [false, false, false, false, true]);
        assert_eq!(breaker.claims(SECOND - 1, 0), Claims::None);
        assert_eq!(breaker.told(0).reason.as_deref(), Some("timed out"));
    }

    #[test]
    fn one_probe_at_a_time_and_each_failed_one_doubles_the_rest() {
        let breaker = Breaker::default();
        for _ in 0..5 {
            breaker.note(&down(), 0);
        }
        assert_eq!(breaker.claims(SECOND, 0), Claims::One);
        assert_eq!(breaker.claims(SECOND, 1), Claims::None, "the probe is under way");
        assert!(breaker.note(&down(), SECOND));
        assert_eq!(breaker.told(SECOND).next_try_us, Some(3 * SECOND));
        for _ in 0..10 {
            breaker.note(&down(), 10 * SECOND);
        }
        assert_eq!(breaker.told(0).next_try_us, Some(70 * SECOND));
        assert_eq!(breaker.told(70 * SECOND).state, BreakerState::HalfOpen);
        assert!(!breaker.note(&accepted(), 70 * SECOND));
        assert_eq!(breaker.claims(70 * SECOND, 9), Claims::All);
        assert!(
            !breaker.note(&down(), 71 * SECOND),
            "it counts from the start again"
        );
    }
}

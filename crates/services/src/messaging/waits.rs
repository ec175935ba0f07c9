//! Why a queued message has not gone yet.

use serde::Serialize;
use store::{
    delivery::{AttemptState, BreakerState, LaneRow},
    messages::AttemptRow,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What a message waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// The tenant is suspended.
    TenantSuspended,
    /// The number is paused.
    NumberPaused,
    /// The provider does not answer.
    ProviderDown,
    /// It was written for a later time.
    Scheduled,
    /// The customer got as many messages as WhatsApp allows to one person for now.
    PairRate,
    /// An earlier message of the conversation waits.
    Order,
    /// A try failed; the next one comes later.
    Retry,
    /// Others of this number go first.
    Turn,
}

/// Why a queued message has not gone yet, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitView {
    /// What it waits for.
    pub reason: WaitReason,
    /// Until when at least; null where only a person or the queue decides.
    #[serde(with = "time::serde::rfc3339::option")]
    pub until: Option<OffsetDateTime>,
    /// The same in words.
    pub words: String,
}

/// What the message waits for, if its newest ledger row is planned or scheduled.
#[must_use]
pub fn waiting(
    attempts: &[AttemptRow],
    lane: &LaneRow,
    tenant_active: bool,
    now: OffsetDateTime,
) -> Option<WaitView> {
    let open = [AttemptState::Planned.code(), AttemptState::Scheduled.code()];
    let planned = attempts.last().filter(|row| open.contains(&row.state))?;
    let view = |reason, until, words: &str| WaitView {
        reason,
        until,
        words: words.to_owned(),
    };
    if !tenant_active {
        let words = "This tenant is suspended. The message goes when the platform admin resumes it.";
        return Some(view(WaitReason::TenantSuspended, None, words));
    }
    if let Some(reason) = &lane.paused_reason {
        return Some(view(WaitReason::NumberPaused, None, reason));
    }
    if planned.not_before > now {
        let (reason, words) = planned_wait(planned.wait.as_deref());
        return Some(view(reason, Some(planned.not_before), words));
    }
    let down = lane
        .told
        .as_ref()
        .filter(|told| told.breaker != BreakerState::Closed);
    if let Some(told) = down {
        let cause = told.breaker_reason.as_deref().unwrap_or("no answer");
        let words = format!(
            "WhatsApp could not be reached several times in a row ({cause}). One message tries again; the others follow it."
        );
        return Some(view(WaitReason::ProviderDown, told.next_try_at, &words));
    }
    let words = "Other messages of this number go first; it follows as fast as WhatsApp allows.";
    Some(view(WaitReason::Turn, None, words))
}

/// The reason that the ledger keeps for a row, and its words.
fn planned_wait(wait: Option<&str>) -> (WaitReason, &'static str) {
    match wait {
        Some("scheduled") => (WaitReason::Scheduled, "It was written for a later time."),
        Some("pair_rate") => (
            WaitReason::PairRate,
            "This customer got as many messages as WhatsApp allows to one person: one in six seconds, 45 at once.",
        ),
        Some("order") => (
            WaitReason::Order,
            "An earlier message of this conversation waits, and none overtakes it.",
        ),
        _ => (
            WaitReason::Retry,
            "The former try failed for certain; the attempts say why.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use domain::SendAttemptId;
    use store::delivery::Told;
    use time::Duration;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn planned(ahead: Duration, wait: Option<&str>) -> Vec<AttemptRow> {
        vec![AttemptRow {
            id: SendAttemptId::new(uuid::Uuid::nil()),
            attempt: 1,
            state: AttemptState::Planned.code(),
            planned_at: NOW,
            not_before: NOW + ahead,
            wait: wait.map(str::to_owned),
            claimed_at: None,
            finished_at: None,
            fault_class: None,
            fault_code: None,
            fault_message: None,
            trace_id: None,
        }]
    }

    fn lane(paused: Option<&str>, breaker: BreakerState) -> LaneRow {
        LaneRow {
            depth: 1,
            paused_reason: paused.map(str::to_owned),
            throughput_mps: 80,
            owned: true,
            told: Some(Told {
                in_flight: 0,
                allowed_mps: 80,
                calls: 0,
                breaker,
                breaker_reason: Some("timed out".into()),
                next_try_at: Some(NOW + Duration::SECOND),
                published_at: NOW,
            }),
        }
    }

    #[test]
    fn the_strongest_reason_is_told() {
        use BreakerState::{Closed, Open};
        let soon = planned(Duration::ZERO, None);
        let later = planned(Duration::minutes(1), Some("pair_rate"));
        let told = |attempts: &[AttemptRow], lane: LaneRow, active| {
            waiting(attempts, &lane, active, NOW).map(|view| (view.reason, view.until))
        };
        let paused = || lane(Some("the token is dead"), Open);
        let mut tomorrow = planned(Duration::DAY, Some("scheduled"));
        tomorrow[0].state = AttemptState::Scheduled.code();
        assert_eq!(
            told(&tomorrow, lane(None, Closed), true),
            Some((WaitReason::Scheduled, Some(NOW + Duration::DAY)))
        );
        assert_eq!(
            told(&soon, paused(), false),
            Some((WaitReason::TenantSuspended, None))
        );
        assert_eq!(
            told(&later, paused(), true),
            Some((WaitReason::NumberPaused, None))
        );
        assert_eq!(
            told(&later, lane(None, Open), true),
            Some((WaitReason::PairRate, Some(NOW + Duration::minutes(1))))
        );
        assert_eq!(
            told(&soon, lane(None, Open), true),
            Some((WaitReason::ProviderDown, Some(NOW + Duration::SECOND)))
        );
        assert_eq!(
            told(&soon, lane(None, Closed), true),
            Some((WaitReason::Turn, None))
        );
        let mut gone = soon;
        gone[0].state = AttemptState::Accepted.code();
        assert_eq!(told(&gone, lane(None, Open), true), None);
    }
}

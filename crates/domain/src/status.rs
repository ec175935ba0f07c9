//! Delivery status of an outbound message: a merge that is commutative, idempotent and monotonic.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Status of a message; the number is its rank and what is stored. Local states come below every provider's word.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum MessageStatus {
    /// In the ledger, not yet claimed by a lane.
    Queued = 0,
    /// Handed to the provider; no answer yet.
    Submitted = 10,
    /// The answer got lost; a status webhook or a person decides.
    Unknown = 20,
    /// A person withdrew it before it was claimed.
    Cancelled = 25,
    /// The provider took it (HTTP 200).
    Accepted = 30,
    /// The provider holds it for a quality check.
    Held = 40,
    /// Left the provider's servers.
    Sent = 50,
    /// Will not arrive; outranks `sent` only.
    Failed = 60,
    /// On the customer's device.
    Delivered = 70,
    /// Displayed to the customer.
    Read = 80,
    /// Voice message played.
    Played = 90,
    /// Not outbound: received, echo or note.
    Received = 100,
}

impl MessageStatus {
    /// The stored rank.
    #[must_use]
    pub const fn rank(self) -> i16 {
        self as i16
    }

    /// Reads a stored rank.
    #[must_use]
    pub const fn from_rank(rank: i16) -> Option<Self> {
        Some(match rank {
            0 => Self::Queued,
            10 => Self::Submitted,
            20 => Self::Unknown,
            25 => Self::Cancelled,
            30 => Self::Accepted,
            40 => Self::Held,
            50 => Self::Sent,
            60 => Self::Failed,
            70 => Self::Delivered,
            80 => Self::Read,
            90 => Self::Played,
            100 => Self::Received,
            _ => return None,
        })
    }
}

/// What is known of a message's way: the highest rank, and for each step the earliest time seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Highest status seen; `None` before any.
    pub status: Option<MessageStatus>,
    /// Earliest `sent`.
    pub sent_at: Option<OffsetDateTime>,
    /// Earliest `delivered`.
    pub delivered_at: Option<OffsetDateTime>,
    /// Earliest `read`.
    pub read_at: Option<OffsetDateTime>,
    /// Earliest `failed`.
    pub failed_at: Option<OffsetDateTime>,
}

impl Progress {
    /// One observation.
    #[must_use]
    pub fn of(status: MessageStatus, at: OffsetDateTime) -> Self {
        let mut progress = Self {
            status: Some(status),
            ..Self::default()
        };
        match status {
            MessageStatus::Sent => progress.sent_at = Some(at),
            MessageStatus::Delivered => progress.delivered_at = Some(at),
            MessageStatus::Read | MessageStatus::Played => progress.read_at = Some(at),
            MessageStatus::Failed => progress.failed_at = Some(at),
            _ => {}
        }
        progress
    }

    /// Joins two observations; order and repetition do not matter.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            status: self.status.max(other.status),
            sent_at: earliest(self.sent_at, other.sent_at),
            delivered_at: earliest(self.delivered_at, other.delivered_at),
            read_at: earliest(self.read_at, other.read_at),
            failed_at: earliest(self.failed_at, other.failed_at),
        }
    }
}

fn earliest(a: Option<OffsetDateTime>, b: Option<OffsetDateTime>) -> Option<OffsetDateTime> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::IntoEnumIterator;

    use super::*;

    fn observation() -> impl Strategy<Value = Progress> {
        let all: Vec<_> = MessageStatus::iter().collect();
        (proptest::sample::select(all), 0_i64..1_000)
            .prop_map(|(s, t)| Progress::of(s, OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(t)))
    }

    proptest! {
        #[test]
        fn merge_is_commutative_associative_idempotent(a in observation(), b in observation(), c in observation()) {
            prop_assert_eq!(a.merge(b), b.merge(a));
            prop_assert_eq!(a.merge(b).merge(c), a.merge(b.merge(c)));
            prop_assert_eq!(a.merge(a), a);
        }

        #[test]
        fn any_order_with_duplicates_ends_the_same(seen in proptest::collection::vec(observation(), 1..12), swaps in proptest::collection::vec(any::<prop::sample::Index>(), 12)) {
            let forward = seen.iter().fold(Progress::default(), |acc, x| acc.merge(*x));
            let mut shuffled: Vec<_> = seen.iter().chain(seen.iter()).copied().collect();
            for (i, swap) in swaps.iter().enumerate() {
                let len = shuffled.len();
                shuffled.swap(i % len, swap.index(len));
            }
            let backward = shuffled.iter().fold(Progress::default(), |acc, x| acc.merge(*x));
            prop_assert_eq!(forward, backward);
        }
    }

    #[test]
    fn failed_never_hides_delivered_and_ranks_round_trip() {
        let at = OffsetDateTime::UNIX_EPOCH;
        let merged =
            Progress::of(MessageStatus::Delivered, at).merge(Progress::of(MessageStatus::Failed, at));
        assert_eq!(merged.status, Some(MessageStatus::Delivered));
        for status in MessageStatus::iter() {
            assert_eq!(MessageStatus::from_rank(status.rank()), Some(status));
        }
    }
}

//! The send ledger, which is also the queue, and the lanes that work it off. Queues are moved under a declared set of
//! tenants by the delivery role, which sees no content; content is read and results are written under one tenant.

mod claim;
mod handover;
mod lanes;
mod load;
mod parked;
mod published;
mod record;
mod scheduled;
mod stops;
mod sweep;
mod uploads;
mod write;

pub use claim::{Claimed, Want};
pub use handover::{Former, former};
pub(crate) use lanes::worker_scopes;
pub use lanes::{AdoptedLane, HeldLane, LaneKey, RenewedLane};
pub use load::{Connected, Loaded, LoadedMessage, connection, load, mark_submitted};
pub use parked::apply_parked;
pub use published::{BreakerState, LaneReport, LaneRow, Told, lane};
pub use record::{AttemptOutcome, AttemptResult, Fault, Wait, record};
pub use stops::{CredentialUsed, Pause, TemplateStop, pause, stop_template};
pub use sweep::{expire_unknown, orphans_to_unknown};
pub use uploads::{LoadedMedia, remember_upload};

/// State of a ledger row; the number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i16)]
pub enum AttemptState {
    /// In the queue.
    Planned = 0,
    /// Taken by a lane; the call may have begun.
    Claimed = 1,
    /// The provider took it.
    Accepted = 2,
    /// Refused for good, by the provider or by a rule.
    Rejected = 3,
    /// The answer is lost: it may have been sent.
    Unknown = 4,
    /// Certainly not sent; a further attempt may follow.
    NotSent = 5,
    /// Was unknown; a status proved what became of it.
    Settled = 6,
    /// Was unknown for too long; a person decides.
    Expired = 7,
    /// Withdrawn before the call.
    Cancelled = 8,
    /// Written for a later time; not in the queue yet.
    Scheduled = 9,
}

impl AttemptState {
    /// The stored number.
    #[must_use]
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Reads the stored number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        Some(match code {
            0 => Self::Planned,
            1 => Self::Claimed,
            2 => Self::Accepted,
            3 => Self::Rejected,
            4 => Self::Unknown,
            5 => Self::NotSent,
            6 => Self::Settled,
            7 => Self::Expired,
            8 => Self::Cancelled,
            9 => Self::Scheduled,
            _ => return None,
        })
    }
}

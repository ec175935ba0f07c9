//! Webhooks: who may sign them, the raw log with its streams and cursors, and what the normalizer writes.
//! Everything here runs as the ingest role; statements on tenant tables name `tenant_id` themselves, because the
//! policy of a declared set is no index condition.

mod account_stops;
mod aliases;
mod apps;
mod batch;
mod cursors;
mod dissolve;
mod free_entry;
mod messages;
mod number_events;
mod outcomes;
pub(crate) mod parked;
mod people;
mod replay;
mod reunite;
mod revisions;
mod routes;
mod statuses;
mod streams;
mod template_events;
mod wishes;

pub use account_stops::{StopChange, stop_accounts};
pub use apps::SigningApp;
pub use batch::{NumberPlace, number_places, waba_portfolios};
pub use cursors::{CursorLease, RawPosition, RawWebhook};
pub use dissolve::dissolve;
pub use free_entry::refresh_free_entry;
pub use messages::{
    ConversationKey, ConversationTouch, KnownMessage, MessageKey, NewInboundMessage, NewMedia, REACTION_KIND,
    SYSTEM_KIND, StoredMessage, ensure_conversations, insert_media, insert_messages, known_messages,
    promote_messages, touch_conversations,
};
pub use number_events::{NumberEvent, apply_number_events, insert_number_events};
pub use outcomes::{ChangeOutcome, Outcome, record_outcomes};
pub use parked::{ParkedStatus, ParkedStatuses, apply_parked_batch, park_statuses};
pub use people::{
    ContactName, Identity, KnownPeople, NewContact, PairKey, PeopleKeys, PeopleWrites, PersonScope,
};
pub use replay::{LoggedOutcome, ReplayPage, ReplayRange};
pub use reunite::{Absorbed, Move, PhoneMessage, absorbed_messages, move_messages, phone_messages};
pub use revisions::{NewRevision, apply_revisions, insert_revisions};
pub use routes::{NumberRoute, Routes, WabaRoute};
pub use statuses::{MatchedStatus, MessageRef, StatusKey, apply_statuses, match_statuses};
pub use streams::{NewRawWebhook, StreamWriter};
pub use template_events::{TemplateEvent, apply_template_events, insert_template_events};
pub use wishes::{BookName, Wish, WishSource, name_contacts, record_wishes};

use crate::error::Error;

/// True when the row at hand is to blame rather than the database, the network or the configuration: trying again
/// would fail the same way. Data, integrity and size faults of PostgreSQL (classes 21, 22, 23, 54).
#[must_use]
pub fn blames_the_row(error: &Error) -> bool {
    match error {
        Error::Constraint(_) | Error::Inconsistent { .. } => true,
        Error::Database(sqlx::Error::Database(cause)) => cause.code().is_some_and(|code| {
            ["21", "22", "23", "54"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        Error::Database(
            sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. },
        ) => true,
        _ => false,
    }
}

/// True when a batch that failed so may succeed in smaller parts: a row of it is to blame, or all together took longer
/// than a statement may (57014).
#[must_use]
pub fn may_pass_in_parts(error: &Error) -> bool {
    let too_long = matches!(
        error,
        Error::Database(sqlx::Error::Database(cause)) if cause.code().as_deref() == Some("57014")
    );
    too_long || blames_the_row(error)
}

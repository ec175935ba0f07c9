//! Webhooks: who may sign them, the raw log with its streams and cursors, and what the normalizer writes.
//! Everything here runs as the ingest role; statements on tenant tables name `tenant_id` themselves, because the
//! policy of a declared set is no index condition.

mod apps;
mod batch;
mod cursors;
mod messages;
mod outcomes;
mod people;
mod reunite;
mod routes;
pub(crate) mod statuses;
mod streams;

pub use apps::SigningApp;
pub use batch::{NumberPlace, number_places};
pub use cursors::{CursorLease, RawPosition, RawWebhook};
pub use messages::{
    ConversationKey, ConversationTouch, MessageKey, NewInboundMessage, NewMedia, SYSTEM_KIND,
    ensure_conversations, insert_media, insert_messages, known_messages, touch_conversations,
};
pub use outcomes::{ChangeOutcome, Outcome, record_outcomes};
pub use people::{
    ContactName, Identity, KnownPeople, NewContact, PairKey, PeopleKeys, PeopleWrites, PersonScope,
};
pub use reunite::{Absorbed, Move, PhoneMessage, absorbed_messages, dissolve, move_messages, phone_messages};
pub use routes::{NumberRoute, Routes, WabaRoute};
pub use statuses::{
    MatchedStatus, MessageRef, ParkedStatuses, StatusKey, apply_parked_batch, apply_statuses, match_statuses,
    park_statuses,
};
pub use streams::{NewRawWebhook, StreamWriter};

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

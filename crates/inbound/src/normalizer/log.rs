//! What became of each change of a batch, counted while it is applied.

use std::collections::BTreeSet;

use domain::ports::{Change, Fact};
use store::ingest::{ChangeOutcome, Outcome, Routes};

use super::parsed::{Parsed, Place, place};

/// Characters of a detail.
const DETAIL_MAX: usize = 200;
/// What an adapter calls a fact that it could not read at all.
const UNREADABLE: &str = "unreadable";

/// One change on its way.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) row: &'a Parsed,
    pub(crate) change: &'a Change,
    pub(crate) place: Place,
    pub(crate) messages: i32,
    pub(crate) statuses: i32,
    pub(crate) updates: i32,
    pub(crate) duplicates: i32,
    pub(crate) parked: bool,
    pub(crate) unplaced: bool,
}

/// Every change of a batch.
pub(crate) fn entries<'a>(rows: &'a [Parsed], routes: &Routes) -> Vec<Entry<'a>> {
    rows.iter()
        .flat_map(|row| row.changes.iter().map(move |change| (row, change)))
        .map(|(row, change)| Entry {
            row,
            change,
            place: place(routes, row.meta_app_id, change),
            messages: 0,
            statuses: 0,
            updates: 0,
            duplicates: 0,
            parked: false,
            unplaced: false,
        })
        .collect()
}

impl Entry<'_> {
    /// Counts what a fact beside messages and statuses did.
    pub(crate) const fn count_update(&mut self, new: bool) {
        if new {
            self.updates += 1;
        } else {
            self.duplicates += 1;
        }
    }

    fn outcome(&self) -> (Outcome, Option<String>) {
        let kept: BTreeSet<&str> = self
            .change
            .facts
            .iter()
            .filter_map(|fact| {
                if let Fact::Unsupported { what } = fact {
                    Some(what.as_str())
                } else {
                    None
                }
            })
            .collect();
        let unreadable = !kept.is_empty() && kept.iter().all(|what| what.starts_with(UNREADABLE));
        let only_kept = self
            .change
            .facts
            .iter()
            .all(|fact| matches!(fact, Fact::Unsupported { .. }));
        if let (Place::Quarantined(outcome, why), false) = (self.place, unreadable && only_kept) {
            return (outcome, Some(why.to_owned()));
        }
        let outcome = match self {
            Self {
                messages,
                statuses,
                updates,
                ..
            } if messages + statuses + updates > 0 => Outcome::Applied,
            Self { duplicates, .. } if *duplicates > 0 => Outcome::Duplicate,
            _ if unreadable => Outcome::Unreadable,
            _ => Outcome::Unsupported,
        };
        let mut notes: Vec<&str> = kept.into_iter().collect();
        if self.parked {
            notes.push("waits for its message");
        }
        if self.unplaced {
            notes.push("names no sender");
        }
        let detail: String = notes.join(", ").chars().take(DETAIL_MAX).collect();
        (outcome, Some(detail).filter(|detail| !detail.is_empty()))
    }

    fn into_row(self) -> ChangeOutcome {
        let (outcome, detail) = self.outcome();
        ChangeOutcome {
            index: i32::try_from(self.change.index).unwrap_or(i32::MAX),
            tenant_id: self.place.tenant(),
            provider_waba_id: self.change.provider_waba_id.clone(),
            provider_number_id: self.change.provider_number_id.clone(),
            field: self.change.field.clone(),
            messages: self.messages,
            statuses: self.statuses,
            updates: self.updates,
            duplicates: self.duplicates,
            ..empty(self.row, outcome, detail)
        }
    }
}

fn empty(row: &Parsed, outcome: Outcome, detail: Option<String>) -> ChangeOutcome {
    ChangeOutcome {
        position: row.position,
        index: 0,
        meta_app_id: row.meta_app_id,
        tenant_id: None,
        provider_waba_id: None,
        provider_number_id: None,
        field: String::new(),
        outcome,
        detail,
        messages: 0,
        statuses: 0,
        updates: 0,
        duplicates: 0,
        received_at: row.received_at,
    }
}

/// The rows of the webhook log; a body without any change gets one too.
pub(crate) fn outcomes(rows: &[Parsed], entries: Vec<Entry<'_>>) -> Vec<ChangeOutcome> {
    let bare = rows.iter().filter(|row| row.changes.is_empty());
    let mut outcomes: Vec<_> = bare
        .map(|row| {
            empty(
                row,
                Outcome::Unreadable,
                Some("the body has no changes".to_owned()),
            )
        })
        .collect();
    for entry in entries {
        if let Place::Quarantined(Outcome::UnboundApp, why) = entry.place {
            metrics::counter!("parlance_webhook_changes_unbound_total").increment(1);
            tracing::warn!(meta_app = %entry.row.meta_app_id, field = entry.change.field, why, "a change was quarantined");
        }
        outcomes.push(entry.into_row());
    }
    outcomes.sort_by_key(|row| (row.position, row.index));
    outcomes.dedup_by_key(|row| (row.position, row.index));
    outcomes
}

/// The rows of a body that fails whatever is tried: one per change, so that it is found by number and account.
pub(crate) fn failed(row: &Parsed, cause: &store::Error) -> Vec<ChangeOutcome> {
    let cause = match cause {
        store::Error::Constraint(name) => format!("failed: constraint {name}"),
        store::Error::Inconsistent { table, column } => format!("failed: {table}.{column} is inconsistent"),
        _ => "failed: the database refused its values".to_owned(),
    };
    let of_change = |change: &Change| ChangeOutcome {
        index: i32::try_from(change.index).unwrap_or(i32::MAX),
        provider_waba_id: change.provider_waba_id.clone(),
        provider_number_id: change.provider_number_id.clone(),
        field: change.field.clone(),
        ..empty(row, Outcome::Unreadable, Some(cause.clone()))
    };
    row.changes.iter().map(of_change).collect()
}

//! Bodies as the adapter read them, and whose each change is.

use std::collections::BTreeSet;

use domain::{
    MetaAppId, PhoneNumberId, TenantId, WabaId,
    channel::Party,
    ports::{Change, Fact, InboundAdapter},
};
use store::{
    IngestDb,
    ingest::{Outcome, RawPosition, Routes},
};
use time::OffsetDateTime;

use crate::handoff::Raw;

/// A body with its changes.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) position: RawPosition,
    pub(crate) meta_app_id: MetaAppId,
    pub(crate) received_at: OffsetDateTime,
    pub(crate) changes: Vec<Change>,
}

impl Parsed {
    pub(crate) fn read(adapter: &dyn InboundAdapter, raw: &Raw) -> Self {
        let mut changes = adapter.parse(&raw.body);
        changes.iter_mut().for_each(clean);
        Self {
            position: raw.position,
            meta_app_id: raw.meta_app_id,
            received_at: raw.received_at,
            changes,
        }
    }

    pub(crate) fn facts(&self) -> usize {
        self.changes.iter().map(|change| change.facts.len()).sum()
    }
}

/// PostgreSQL stores no NUL character; nobody means one.
pub(crate) fn strip_nul(text: &mut String) {
    if text.contains('\0') {
        text.retain(|character| character != '\0');
    }
}

fn clean(change: &mut Change) {
    strip_nul(&mut change.field);
    change
        .provider_waba_id
        .iter_mut()
        .chain(change.provider_number_id.iter_mut())
        .for_each(strip_nul);
    for fact in &mut change.facts {
        match fact {
            Fact::Message(message) => {
                strip_nul(&mut message.provider_id);
                message.reply_to.iter_mut().for_each(strip_nul);
                clean_party(&mut message.customer);
            }
            Fact::Status(status) => {
                strip_nul(&mut status.provider_id);
                status.error.iter_mut().for_each(|error| strip_nul(&mut error.1));
                clean_party(&mut status.recipient);
            }
            Fact::Revision(revision) => {
                strip_nul(&mut revision.provider_id);
                strip_nul(&mut revision.target_provider_id);
            }
            Fact::Preference(preference) => clean_party(&mut preference.customer),
            Fact::AddressBook(entry) => {
                entry.name.iter_mut().for_each(strip_nul);
                clean_party(&mut entry.customer);
            }
            Fact::Template(_) | Fact::Number(_) => {}
            Fact::Unsupported { what } => strip_nul(what),
        }
    }
}

fn clean_party(party: &mut Party) {
    for part in [
        &mut party.phone,
        &mut party.user_id,
        &mut party.username,
        &mut party.profile_name,
        &mut party.parent_user_id,
    ] {
        part.iter_mut().for_each(strip_nul);
        if part.as_ref().is_some_and(String::is_empty) {
            *part = None;
        }
    }
}

/// Whose change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A tenant's number and its WABA.
    Number(TenantId, PhoneNumberId, WabaId),
    /// A tenant's WABA; the change names no number.
    Waba(TenantId, WabaId),
    /// Nobody's, or not this app's to tell.
    Quarantined(Outcome, &'static str),
}

impl Place {
    pub(crate) const fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Number(tenant, ..) | Self::Waba(tenant, _) => Some(tenant),
            Self::Quarantined(..) => None,
        }
    }

    /// The tenant's WABA, whatever the change is about.
    pub(crate) const fn waba(self) -> Option<(TenantId, WabaId)> {
        match self {
            Self::Number(tenant, _, waba) | Self::Waba(tenant, waba) => Some((tenant, waba)),
            Self::Quarantined(..) => None,
        }
    }
}

/// Reads the routes of a batch in at most two statements.
pub(crate) async fn read_routes(db: &IngestDb, rows: &[Parsed]) -> Result<Routes, store::Error> {
    let changes = || {
        rows.iter()
            .flat_map(|row| row.changes.iter().map(|change| (row.meta_app_id, change)))
    };
    let numbers: BTreeSet<(MetaAppId, &str)> = changes()
        .filter_map(|(app, change)| Some((app, change.provider_number_id.as_deref()?)))
        .collect();
    let wabas: BTreeSet<(MetaAppId, &str)> = changes()
        .filter_map(|(app, change)| Some((app, change.provider_waba_id.as_deref()?)))
        .collect();
    db.routes(&numbers, &wabas).await
}

/// By environment, app, number and WABA: a signature proves the app, not the tenant.
pub(crate) fn place(routes: &Routes, app: MetaAppId, change: &Change) -> Place {
    let about_a_number = change.facts.iter().any(|fact| {
        matches!(
            fact,
            Fact::Message(_) | Fact::Status(_) | Fact::Revision(_) | Fact::AddressBook(_)
        )
    });
    let waba = change.provider_waba_id.as_deref();
    if let Some(route) = change
        .provider_number_id
        .as_deref()
        .and_then(|number| routes.number(app, number))
    {
        if !route.bound {
            return Place::Quarantined(Outcome::UnboundApp, "the app is not bound to this number's WABA");
        }
        if waba.is_some_and(|waba| waba != route.provider_waba_id) {
            return Place::Quarantined(Outcome::Unroutable, "this number belongs to another WABA");
        }
        return Place::Number(route.tenant_id, route.phone_number_id, route.waba_id);
    }
    match waba.and_then(|waba| routes.waba(app, waba)) {
        Some(route) if !route.bound => {
            Place::Quarantined(Outcome::UnboundApp, "the app is not bound to this WABA")
        }
        Some(route) if !about_a_number => Place::Waba(route.tenant_id, route.waba_id),
        Some(_) => Place::Quarantined(Outcome::Unroutable, "the WABA is known, this number is not"),
        None => Place::Quarantined(Outcome::Unroutable, "no tenant has this WABA or number"),
    }
}

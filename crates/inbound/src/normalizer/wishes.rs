//! Wishes about marketing and names of the address book: what a batch tells of customers beside their messages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    ContactId, Ids, PhoneNumberId, PortfolioId, TenantId, WabaId, consent,
    content::{Content, Direction, Source},
    ports::{AddressBookEntry, Fact, InboundMessage, Preference},
};
use sha2::{Digest, Sha256};
use store::{
    SetTx,
    ingest::{self, BookName, NumberPlace, PersonScope, Wish, WishSource},
};
use time::OffsetDateTime;

use super::{log::Entry, parsed::Place, people::Sighting};

/// Something about a customer that is no message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told<'a> {
    Preference(&'a Preference),
    Book(&'a AddressBookEntry),
}

/// It, and where it was told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remark<'a> {
    entry: usize,
    scope: PersonScope,
    told: Told<'a>,
}

impl<'a> Remark<'a> {
    pub(crate) const fn sighting(&self) -> Sighting<'a> {
        let (party, at) = match self.told {
            Told::Preference(preference) => (&preference.customer, preference.at),
            Told::Book(entry) => (&entry.customer, entry.at),
        };
        Sighting {
            scope: self.scope,
            party,
            at,
            before: None,
        }
    }
}

/// The batch's remarks. Only one that names no number needs a look at its WABA.
pub(crate) async fn gather<'a>(
    tx: &mut SetTx,
    places: &HashMap<(TenantId, PhoneNumberId), NumberPlace>,
    entries: &[Entry<'a>],
) -> Result<Vec<Remark<'a>>, store::Error> {
    let mut found: Vec<(usize, Place, Told<'a>)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let change = entry.change;
        found.extend(change.facts.iter().filter_map(|fact| match fact {
            Fact::Preference(preference) if !preference.customer.is_empty() => {
                Some((index, entry.place, Told::Preference(preference)))
            }
            Fact::AddressBook(book) if !book.customer.is_empty() => {
                Some((index, entry.place, Told::Book(book)))
            }
            _ => None,
        }));
    }
    let wabas: BTreeSet<(TenantId, WabaId)> = found
        .iter()
        .filter_map(|(_, place, _)| match place {
            Place::Waba(tenant, waba) => Some((*tenant, *waba)),
            _ => None,
        })
        .collect();
    let portfolios = if wabas.is_empty() {
        HashMap::new()
    } else {
        ingest::waba_portfolios(tx, &wabas).await?
    };
    let portfolio = |place: Place| -> Option<(TenantId, PortfolioId)> {
        match place {
            Place::Number(tenant, number, _) => Some((tenant, places.get(&(tenant, number))?.portfolio_id)),
            Place::Waba(tenant, waba) => Some((tenant, *portfolios.get(&(tenant, waba))?)),
            Place::Quarantined(..) => None,
        }
    };
    let remark = |(entry, place, told)| {
        let (tenant_id, portfolio_id) = portfolio(place)?;
        let scope = PersonScope {
            tenant_id,
            portfolio_id,
        };
        Some(Remark { entry, scope, told })
    };
    Ok(found.into_iter().filter_map(remark).collect())
}

/// The wish in a message that a customer wrote just now, if it is nothing else.
pub(crate) fn of_message(message: &InboundMessage) -> Option<(bool, WishSource)> {
    if message.direction != Direction::Inbound || message.source != Source::Live {
        return None;
    }
    match &message.content {
        Content::Text { body, .. } => Some((consent::wish(body)?, WishSource::Keyword)),
        Content::ButtonTap { title, payload } => {
            Some((consent::tapped(title, payload.as_deref())?, WishSource::Button))
        }
        _ => None,
    }
}

/// Records wishes and names, once per remark.
pub(crate) async fn store(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    mut wishes: Vec<Wish>,
    remarks: &[(Remark<'_>, ContactId)],
    entries: &mut [Entry<'_>],
) -> Result<(), store::Error> {
    let mut told: Vec<(usize, String)> = Vec::new();
    let mut names: BTreeMap<(TenantId, ContactId), BookName> = BTreeMap::new();
    let mut named: Vec<(usize, ContactId)> = Vec::new();
    for (remark, contact_id) in remarks {
        let (tenant_id, contact_id) = (remark.scope.tenant_id, *contact_id);
        match remark.told {
            Told::Preference(preference) => {
                let source_key = key(remark.scope, preference);
                told.push((remark.entry, source_key.clone()));
                wishes.push(Wish {
                    tenant_id,
                    id: ids.uuid(),
                    contact_id,
                    granted: preference.granted,
                    source: WishSource::Provider,
                    source_key,
                    at: preference.at,
                });
            }
            Told::Book(entry) => {
                named.push((remark.entry, contact_id));
                let next = BookName {
                    tenant_id,
                    contact_id,
                    name: entry.name.clone(),
                    at: entry.at,
                };
                let newer = names
                    .get(&(tenant_id, contact_id))
                    .is_none_or(|known| (next.at, &next.name) > (known.at, &known.name));
                if newer {
                    names.insert((tenant_id, contact_id), next);
                }
            }
        }
    }
    if !wishes.is_empty() {
        wishes.sort_by(|a, b| (a.tenant_id, &a.source_key).cmp(&(b.tenant_id, &b.source_key)));
        let mut new: BTreeSet<String> = ingest::record_wishes(tx, now, &wishes)
            .await?
            .into_iter()
            .collect();
        for (index, key) in told {
            if let Some(entry) = entries.get_mut(index) {
                entry.count_update(new.remove(&key));
            }
        }
    }
    if !names.is_empty() {
        let names: Vec<BookName> = names.into_values().collect();
        let mut changed: BTreeSet<ContactId> = ingest::name_contacts(tx, &names).await?.into_iter().collect();
        for (index, contact) in named {
            if let Some(entry) = entries.get_mut(index) {
                entry.count_update(changed.remove(&contact));
            }
        }
    }
    Ok(())
}

/// The same for every delivery of a preference, without a phone number in it.
fn key(scope: PersonScope, preference: &Preference) -> String {
    let party = &preference.customer;
    let who = party
        .user_id
        .as_ref()
        .or(party.phone.as_ref())
        .map_or("", String::as_str);
    let hash = Sha256::new()
        .chain_update(scope.portfolio_id.uuid())
        .chain_update(who)
        .chain_update([0])
        .chain_update(&preference.word)
        .chain_update(preference.at.unix_timestamp().to_be_bytes())
        .finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

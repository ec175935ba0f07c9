//! What a batch tells of customers: who they are, what they wrote, what they wish. People are placed once, for all of it.

use std::collections::HashMap;

use domain::{ContactId, Ids, PhoneNumberId, TenantId};
use store::{
    SetTx,
    ingest::{NumberPlace, Wish},
};
use time::OffsetDateTime;

use super::{
    apply::Effects,
    log::Entry,
    messages::{self, Fresh},
    people::{self, People, Sighting},
    reunite, revisions,
    wishes::{self, Remark},
};

pub(crate) async fn apply(
    tx: &mut SetTx,
    ids: &Ids,
    now: OffsetDateTime,
    places: &HashMap<(TenantId, PhoneNumberId), NumberPlace>,
    entries: &mut [Entry<'_>],
    effects: &mut Effects,
) -> Result<(), store::Error> {
    let mut revised = revisions::store(tx, entries).await?;
    let found = messages::find(tx, places, entries).await?;
    let remarks = wishes::gather(tx, places, entries).await?;
    let sightings: Vec<Sighting<'_>> = found
        .fresh
        .iter()
        .map(Fresh::sighting)
        .chain(remarks.iter().map(Remark::sighting))
        .collect();
    if !sightings.is_empty() {
        let known = people::keys(&sightings).load(tx).await?;
        let mut people = People::new(ids.clone(), known);
        let contacts = people.place(&sightings);
        people.writes(&sightings, &contacts).store(tx, now).await?;
        effects.contacts += people.created();
        let (of_messages, of_remarks) = contacts.split_at(found.fresh.len());
        let placed = placed(found.fresh, of_messages);
        let said = said(ids, &placed);
        messages::store(tx, ids, now, &placed, entries, effects).await?;
        let remarks = self::placed(remarks, of_remarks);
        wishes::store(tx, ids, now, said, &remarks, entries).await?;
        reunite::apply(tx, ids, now, &people, effects).await?;
    }
    revised.extend(found.revised);
    revisions::apply(tx, revised, effects).await
}

fn placed<T>(found: Vec<T>, contacts: &[Option<ContactId>]) -> Vec<(T, ContactId)> {
    let pairs = found.into_iter().zip(contacts);
    pairs
        .filter_map(|(one, contact)| Some((one, (*contact)?)))
        .collect()
}

/// Wishes that are messages.
fn said(ids: &Ids, placed: &[(Fresh<'_>, ContactId)]) -> Vec<Wish> {
    let wish = |(new, contact_id): &(Fresh<'_>, ContactId)| {
        let (granted, source) = wishes::of_message(new.message)?;
        Some(Wish {
            tenant_id: new.tenant_id,
            id: ids.uuid(),
            contact_id: *contact_id,
            granted,
            source,
            source_key: new.message.provider_id.clone(),
            at: new.message.sent_at,
        })
    };
    placed.iter().filter_map(wish).collect()
}

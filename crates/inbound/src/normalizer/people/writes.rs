//! What placing the customers of a batch leaves to be written.

use std::collections::BTreeMap;

use domain::{ContactId, channel::IdentityKind};
use store::ingest::{ContactName, Identity, PairKey, PeopleWrites};
use time::OffsetDateTime;

use super::{Known, People, Sighting};

impl People {
    /// What has to be written for `sightings`, which were placed at `contacts`.
    pub(crate) fn writes(&self, sightings: &[Sighting<'_>], contacts: &[Option<ContactId>]) -> PeopleWrites {
        let mut writes = PeopleWrites {
            contacts: self.created.clone(),
            names: self.names(sightings, contacts),
            conflicts: self.conflicts(),
            ..PeopleWrites::default()
        };
        for ((scope, kind, value), known) in &self.identities {
            let identity = Identity {
                scope: *scope,
                kind: *kind,
                value: value.clone(),
                contact_id: known.contact_id,
                seen_at: known.seen_at,
            };
            match known {
                Known { stored: false, .. } => writes.added.push(identity),
                Known { changed: true, .. } => writes.changed.push(identity),
                Known { .. } => {}
            }
        }
        let first_at = |key: &PairKey| {
            self.pairs
                .get(&(key.scope, key.phone.clone()))?
                .get(&key.user_id)
                .copied()
        };
        writes.pairs = self
            .touched_pairs
            .iter()
            .filter_map(|key| Some((key.clone(), first_at(key)?)))
            .collect();
        writes
    }

    /// The newest name of each contact. A contact with a user id takes names only from updates that carry it.
    fn names(&self, sightings: &[Sighting<'_>], contacts: &[Option<ContactId>]) -> Vec<ContactName> {
        let mut names: BTreeMap<ContactId, ContactName> = BTreeMap::new();
        for (sighting, contact) in sightings.iter().zip(contacts) {
            let Some(contact_id) = *contact else { continue };
            let replace = self.linked.contains(&contact_id);
            let counts = sighting.party.user_id.is_some() || !self.user_of.contains_key(&contact_id);
            let name = sighting
                .party
                .profile_name
                .clone()
                .filter(|_| counts)
                .map(|name| (sighting.at, name));
            let tenant_id = sighting.scope.tenant_id;
            let known = names.entry(contact_id).or_insert(ContactName {
                tenant_id,
                contact_id,
                name: None,
                replace,
            });
            known.name = known.name.take().max(name);
        }
        names
            .into_values()
            .filter(|name| name.replace || name.name.is_some())
            .collect()
    }

    fn conflicts(&self) -> Vec<(PairKey, OffsetDateTime, ContactId, ContactId)> {
        let conflict = |key: &PairKey| {
            let users = self.pairs.get(&(key.scope, key.phone.clone()))?;
            let (_, other) = users
                .iter()
                .filter(|(user, _)| **user != key.user_id)
                .map(|(user, at)| (*at, user))
                .max()?;
            let contact = |user: &str| self.contact(key.scope, IdentityKind::UserId, user);
            Some((
                key.clone(),
                *users.get(&key.user_id)?,
                contact(&key.user_id)?,
                contact(other)?,
            ))
        };
        self.new_pairs.iter().filter_map(conflict).collect()
    }
}

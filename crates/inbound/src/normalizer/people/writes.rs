//! What placing the customers of a batch leaves to be written.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ContactId, channel::IdentityKind};
use store::ingest::{ContactName, Identity, PairKey, PeopleWrites, PersonScope};
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
                seen_with: known.seen_with.clone(),
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
            let counts = sighting.party.user_id.is_some() || !self.users_of.contains_key(&contact_id);
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

    /// Every user id of a phone that has several, whichever of them came first.
    fn conflicts(&self) -> Vec<(PairKey, OffsetDateTime, ContactId, ContactId)> {
        let phones: BTreeSet<_> = self.new_pairs.iter().map(|key| (key.scope, &key.phone)).collect();
        phones
            .into_iter()
            .flat_map(|(scope, phone)| self.conflicts_on(scope, phone))
            .collect()
    }

    fn conflicts_on(
        &self,
        scope: PersonScope,
        phone: &str,
    ) -> Vec<(PairKey, OffsetDateTime, ContactId, ContactId)> {
        let Some(users) = self.pairs.get(&(scope, phone.to_owned())) else {
            return Vec::new();
        };
        let contact = |user: &str| self.contact(scope, IdentityKind::UserId, user);
        let conflict = |(user, first_at): (&String, &OffsetDateTime)| {
            let others = users.iter().filter(|(other, _)| *other != user);
            let (_, other) = others.map(|(other, at)| (*at, other)).max()?;
            let key = PairKey {
                scope,
                phone: phone.to_owned(),
                user_id: user.clone(),
            };
            Some((key, *first_at, contact(user)?, contact(other)?))
        };
        users.iter().filter_map(conflict).collect()
    }
}

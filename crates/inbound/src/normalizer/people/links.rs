//! People who changed what names them: the update says who they were.

use domain::{ContactId, channel::IdentityKind};
use store::ingest::{Absorbed, PersonScope};

use super::{People, Sighting};

impl People {
    /// Joins the user id that a customer has now with the one that they had.
    pub(super) fn link_users(&mut self, sightings: &[Sighting<'_>]) {
        let mut order: Vec<&Sighting<'_>> = sightings
            .iter()
            .filter(|sighting| sighting.before.is_some())
            .collect();
        order.sort_by_key(|sighting| (sighting.scope, sighting.at, &sighting.party.user_id));
        for sighting in order {
            let before = sighting.before.and_then(|before| before.user_id.as_ref());
            let (Some(user), Some(before)) = (&sighting.party.user_id, before) else {
                continue;
            };
            let scope = sighting.scope;
            let Some(contact) = self.contact(scope, IdentityKind::UserId, user) else {
                continue;
            };
            let old = self.contact(scope, IdentityKind::UserId, before);
            let old = old.unwrap_or(contact);
            self.claim(old, before.clone());
            self.see((scope, IdentityKind::UserId, before.clone()), old, sighting.at);
            self.merge(scope, contact, old);
        }
    }

    /// Joins the phone that a customer has now with the one that they had, when no user id was named: the best that can
    /// be told of updates from before user ids.
    pub(super) fn link_phones(&mut self, sightings: &[Sighting<'_>]) {
        for sighting in sightings {
            let Some(before) = sighting.before.filter(|before| before.user_id.is_none()) else {
                continue;
            };
            let contact =
                |phone: &Option<String>| self.contact(sighting.scope, IdentityKind::Phone, phone.as_deref()?);
            let (Some(new), Some(old)) = (contact(&sighting.party.phone), contact(&before.phone)) else {
                continue;
            };
            let two_people = self.users_of.contains_key(&new) && self.users_of.contains_key(&old);
            if !two_people {
                self.merge(sighting.scope, new, old);
            }
        }
    }

    /// Makes one contact of two: the one with a user id stays, of two such the older.
    fn merge(&mut self, scope: PersonScope, a: ContactId, b: ContactId) {
        if a == b {
            return;
        }
        let rank = |contact: ContactId| (!self.users_of.contains_key(&contact), contact);
        let (keep, gone) = if rank(a) < rank(b) { (a, b) } else { (b, a) };
        let alike = self.users_of.contains_key(&keep) == self.users_of.contains_key(&gone);
        let names_count = alike && !self.linked.contains(&gone);
        for known in self
            .identities
            .values_mut()
            .filter(|known| known.contact_id == gone)
        {
            known.contact_id = keep;
            known.changed = true;
        }
        for user in self.users_of.remove(&gone).unwrap_or_default() {
            self.claim(keep, user);
        }
        self.absorb(scope, gone, keep, names_count);
    }

    /// Remembers that `gone` turned out to be `keep`, and so did whoever had turned out to be `gone`.
    pub(super) fn absorb(&mut self, scope: PersonScope, gone: ContactId, keep: ContactId, names_count: bool) {
        for absorbed in self
            .absorbed
            .values_mut()
            .filter(|absorbed| absorbed.into == gone)
        {
            absorbed.into = keep;
        }
        self.absorbed.insert(
            gone,
            Absorbed {
                tenant_id: scope.tenant_id,
                from: gone,
                into: keep,
                names_count,
            },
        );
    }
}

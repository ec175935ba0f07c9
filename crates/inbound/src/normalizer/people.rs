//! Which contact an update belongs to. Pure, and the same for every order of arrival:
//!
//! - A user id is one person. A phone alone is one too, until a user id is seen on it: then it is that person.
//! - A phone belongs to the user id that was first seen on it last; a message that named only the phone belongs to
//!   whoever had the phone at its time (before the first: to the first).
//! - A username or a parent user id belongs to the user id seen with it last.
//! - Two user ids that an update calls one person's are one contact: the older one stays.

mod links;
mod writes;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{
    ContactId, Ids,
    channel::{IdentityKind, Party},
    ports::IdentityChange,
};
use store::ingest::{Absorbed, Identity, KnownPeople, NewContact, PairKey, PeopleKeys, PersonScope};
use time::OffsetDateTime;

/// One update that names a customer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sighting<'a> {
    pub(crate) scope: PersonScope,
    pub(crate) party: &'a Party,
    pub(crate) at: OffsetDateTime,
    /// Who the customer was before, when the update tells it.
    pub(crate) before: Option<&'a IdentityChange>,
}

type IdentityKey = (PersonScope, IdentityKind, String);
type PhoneKey = (PersonScope, String);

#[derive(Debug, Clone)]
struct Known {
    contact_id: ContactId,
    seen_at: OffsetDateTime,
    seen_with: Option<String>,
    stored: bool,
    changed: bool,
}

/// The customers of a batch.
pub(crate) struct People {
    ids: Ids,
    identities: HashMap<IdentityKey, Known>,
    users_of: HashMap<ContactId, BTreeSet<String>>,
    pairs: HashMap<PhoneKey, BTreeMap<String, OffsetDateTime>>,
    touched_pairs: BTreeSet<PairKey>,
    new_pairs: BTreeSet<PairKey>,
    known_phones: HashSet<PhoneKey>,
    created: Vec<NewContact>,
    linked: HashSet<ContactId>,
    absorbed: BTreeMap<ContactId, Absorbed>,
}

/// What has to be read before the sightings can be placed.
pub(crate) fn keys(sightings: &[Sighting<'_>]) -> PeopleKeys {
    let mut keys = PeopleKeys::default();
    for sighting in sightings {
        let party = sighting.party;
        let parts = [
            (IdentityKind::Phone, &party.phone),
            (IdentityKind::UserId, &party.user_id),
            (IdentityKind::Username, &party.username),
            (IdentityKind::ParentUserId, &party.parent_user_id),
        ];
        if let Some(before) = sighting.before {
            let parts = [
                (IdentityKind::Phone, &before.phone),
                (IdentityKind::UserId, &before.user_id),
            ];
            keys.identities.extend(
                parts
                    .into_iter()
                    .filter_map(|(kind, value)| Some((sighting.scope, kind, value.clone()?))),
            );
        }
        keys.identities.extend(
            parts
                .into_iter()
                .filter_map(|(kind, value)| Some((sighting.scope, kind, value.clone()?))),
        );
        keys.phones
            .extend(party.phone.iter().map(|phone| (sighting.scope, phone.clone())));
    }
    keys
}

impl People {
    pub(crate) fn new(ids: Ids, known: KnownPeople) -> Self {
        let mut people = Self {
            ids,
            identities: HashMap::new(),
            users_of: HashMap::new(),
            pairs: HashMap::new(),
            touched_pairs: BTreeSet::new(),
            new_pairs: BTreeSet::new(),
            known_phones: HashSet::new(),
            created: Vec::new(),
            linked: HashSet::new(),
            absorbed: BTreeMap::new(),
        };
        for Identity {
            scope,
            kind,
            value,
            contact_id,
            seen_at,
            seen_with,
        } in known.identities
        {
            match kind {
                IdentityKind::UserId => people.claim(contact_id, value.clone()),
                IdentityKind::Phone => drop(people.known_phones.insert((scope, value.clone()))),
                IdentityKind::Username | IdentityKind::ParentUserId => {}
            }
            people.identities.insert(
                (scope, kind, value),
                Known {
                    contact_id,
                    seen_at,
                    seen_with,
                    stored: true,
                    changed: false,
                },
            );
        }
        for (
            PairKey {
                scope,
                phone,
                user_id,
            },
            first_at,
        ) in known.pairs
        {
            people
                .pairs
                .entry((scope, phone))
                .or_default()
                .insert(user_id, first_at);
        }
        people
    }

    /// Places every sighting; `None` for one that names nobody.
    pub(crate) fn place(&mut self, sightings: &[Sighting<'_>]) -> Vec<Option<ContactId>> {
        let mut order: Vec<&Sighting<'_>> = sightings
            .iter()
            .filter(|sighting| sighting.party.user_id.is_some())
            .collect();
        order.sort_by_key(|sighting| {
            (
                sighting.scope,
                sighting.at,
                &sighting.party.user_id,
                &sighting.party.phone,
            )
        });
        for sighting in order {
            self.see_user(sighting);
        }
        self.link_users(sightings);
        for (key, seen_at) in latest(sightings, |sighting| sighting.party.phone.as_ref()) {
            self.see_phone(key, seen_at);
        }
        for sighting in sightings
            .iter()
            .filter(|sighting| sighting.party.user_id.is_some())
        {
            let party = sighting.party;
            self.see_with_user(sighting, IdentityKind::Username, party.username.as_ref());
            self.see_with_user(
                sighting,
                IdentityKind::ParentUserId,
                party.parent_user_id.as_ref(),
            );
        }
        self.link_phones(sightings);
        sightings
            .iter()
            .map(|sighting| self.contact_of(sighting))
            .collect()
    }

    fn contact_of(&self, sighting: &Sighting<'_>) -> Option<ContactId> {
        let scope = sighting.scope;
        if let Some(user) = &sighting.party.user_id {
            return self.contact(scope, IdentityKind::UserId, user);
        }
        let phone = sighting.party.phone.as_ref()?;
        self.holder_at(scope, phone, sighting.at)
    }

    /// Who a message that names only this phone belongs to.
    pub(crate) fn holder_at(&self, scope: PersonScope, phone: &str, at: OffsetDateTime) -> Option<ContactId> {
        let users = self.pairs.get(&(scope, phone.to_owned()));
        let holder = users.and_then(|users| {
            let since = || users.iter().map(|(user, first_at)| (*first_at, user));
            since()
                .filter(|(first_at, _)| *first_at <= at)
                .max()
                .or_else(|| since().min())
        });
        let contact = match holder {
            Some((_, user)) => self.contact(scope, IdentityKind::UserId, user),
            None => self.contact(scope, IdentityKind::Phone, phone),
        };
        contact.map(|contact| self.survivor(contact))
    }

    /// The contact itself, or the one that it turned out to be.
    pub(crate) fn survivor(&self, contact: ContactId) -> ContactId {
        self.absorbed
            .get(&contact)
            .map_or(contact, |absorbed| absorbed.into)
    }

    fn contact(&self, scope: PersonScope, kind: IdentityKind, value: &str) -> Option<ContactId> {
        self.identities
            .get(&(scope, kind, value.to_owned()))
            .map(|known| known.contact_id)
    }

    fn create(&mut self, scope: PersonScope) -> ContactId {
        let id = self.ids.make();
        self.created.push(NewContact {
            tenant_id: scope.tenant_id,
            id,
        });
        id
    }

    fn see_user(&mut self, sighting: &Sighting<'_>) {
        let scope = sighting.scope;
        let Some(user) = sighting.party.user_id.clone() else {
            return;
        };
        let phone = sighting.party.phone.clone();
        if self.contact(scope, IdentityKind::UserId, &user).is_none() {
            let by_phone = phone
                .as_ref()
                .and_then(|phone| self.contact(scope, IdentityKind::Phone, phone));
            let contact = match by_phone.filter(|contact| !self.users_of.contains_key(contact)) {
                Some(contact) => {
                    self.linked.insert(contact);
                    contact
                }
                None => self.create(scope),
            };
            self.claim(contact, user.clone());
            self.see((scope, IdentityKind::UserId, user.clone()), contact, sighting.at);
        } else if let Some(contact) = self.contact(scope, IdentityKind::UserId, &user) {
            self.see((scope, IdentityKind::UserId, user.clone()), contact, sighting.at);
        }
        let Some(phone) = phone else { return };
        let key = PairKey {
            scope,
            phone: phone.clone(),
            user_id: user.clone(),
        };
        let users = self.pairs.entry((scope, phone)).or_default();
        match users.get(&user) {
            Some(first_at) if *first_at <= sighting.at => return,
            Some(_) => {}
            None => drop(self.new_pairs.insert(key.clone())),
        }
        users.insert(user, sighting.at);
        self.touched_pairs.insert(key);
    }

    /// The identity is this contact's; its latest sighting only moves forward.
    fn see(&mut self, key: IdentityKey, contact_id: ContactId, at: OffsetDateTime) {
        let known = self.identities.entry(key).or_insert(Known {
            contact_id,
            seen_at: at,
            seen_with: None,
            stored: false,
            changed: false,
        });
        known.changed |= known.contact_id != contact_id || known.seen_at < at;
        known.contact_id = contact_id;
        known.seen_at = known.seen_at.max(at);
    }

    fn see_phone(&mut self, (scope, phone): PhoneKey, at: OffsetDateTime) {
        let before = self.contact(scope, IdentityKind::Phone, &phone);
        let users = self.pairs.get(&(scope, phone.clone()));
        let owner = users.and_then(|users| users.iter().map(|(user, first_at)| (*first_at, user)).max());
        let owner = owner.and_then(|(_, user)| self.contact(scope, IdentityKind::UserId, user));
        let contact = match owner.or(before) {
            Some(contact) => contact,
            None => self.create(scope),
        };
        if let Some(before) =
            before.filter(|before| *before != contact && !self.users_of.contains_key(before))
        {
            self.absorb(scope, before, contact, false);
        }
        self.see((scope, IdentityKind::Phone, phone), contact, at);
    }

    /// The contact has this user id.
    fn claim(&mut self, contact: ContactId, user: String) {
        self.users_of.entry(contact).or_default().insert(user);
    }

    /// A name that belongs to the user id seen with it last.
    fn see_with_user(&mut self, sighting: &Sighting<'_>, kind: IdentityKind, name: Option<&String>) {
        let (Some(user), Some(name)) = (&sighting.party.user_id, name) else {
            return;
        };
        let Some(contact) = self.contact(sighting.scope, IdentityKind::UserId, user) else {
            return;
        };
        let key = (sighting.scope, kind, name.clone());
        let newer = self
            .identities
            .get(&key)
            .is_none_or(|known| (sighting.at, Some(user)) > (known.seen_at, known.seen_with.as_ref()));
        if newer {
            self.see(key.clone(), contact, sighting.at);
            if let Some(known) = self.identities.get_mut(&key) {
                known.changed = true;
                known.seen_with = Some(user.clone());
            }
        }
    }

    /// Contacts that were not known.
    pub(crate) const fn created(&self) -> usize {
        self.created.len()
    }

    /// Contacts that turned out to be others.
    pub(crate) fn absorbed(&self) -> Vec<Absorbed> {
        self.absorbed.values().copied().collect()
    }

    /// Phones whose holders changed and that were known: messages that named only them may have to move.
    pub(crate) fn unsettled_phones(&self) -> Vec<PhoneKey> {
        let touched: BTreeSet<PhoneKey> = self
            .touched_pairs
            .iter()
            .map(|pair| (pair.scope, pair.phone.clone()))
            .collect();
        touched
            .into_iter()
            .filter(|phone| self.known_phones.contains(phone))
            .collect()
    }
}

/// The latest time of each phone.
fn latest<'a>(
    sightings: &[Sighting<'a>],
    phone: impl Fn(&Sighting<'a>) -> Option<&'a String>,
) -> BTreeMap<PhoneKey, OffsetDateTime> {
    let mut latest: BTreeMap<PhoneKey, OffsetDateTime> = BTreeMap::new();
    for sighting in sightings {
        if let Some(phone) = phone(sighting) {
            let seen = latest
                .entry((sighting.scope, phone.clone()))
                .or_insert(sighting.at);
            *seen = (*seen).max(sighting.at);
        }
    }
    latest
}

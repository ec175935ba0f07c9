//! Who wrote or was written to: ids in the element, names in the contacts beside it.

use domain::channel::Party;
use serde::Deserialize;

use super::raw::{self, Raw};

/// Longest phone number in digits; E.164 allows 15, some `wa_id`s run longer.
const MAX_PHONE: usize = 20;
/// Longest business-scoped user id: country, dot, `ENT.`, 128 characters.
const MAX_USER_ID: usize = 160;
/// Longest name kept of a profile, in characters.
pub(super) const MAX_NAME: usize = 256;

#[derive(Deserialize)]
struct RawContact<'a> {
    #[serde(borrow, default)]
    profile: Raw<'a>,
    #[serde(borrow, default)]
    wa_id: Raw<'a>,
    #[serde(borrow, default)]
    user_id: Raw<'a>,
    #[serde(borrow, default)]
    parent_user_id: Raw<'a>,
}

#[derive(Deserialize)]
struct Profile<'a> {
    #[serde(borrow, default)]
    name: Raw<'a>,
    #[serde(borrow, default)]
    username: Raw<'a>,
}

/// The contacts of one change.
pub(super) struct Contacts(Vec<Party>);

impl Contacts {
    pub(super) fn read(raw_contacts: Raw<'_>) -> Self {
        let contact = |contact: RawContact<'_>| {
            let profile = raw::object::<Profile<'_>>(contact.profile);
            let named = |field: fn(&Profile<'_>) -> Option<String>| profile.as_ref().and_then(field);
            Party {
                phone: phone(contact.wa_id),
                user_id: user_id(contact.user_id),
                username: named(|profile| username(profile.username)),
                profile_name: named(|profile| raw::filled(profile.name))
                    .map(|name| name.chars().take(MAX_NAME).collect()),
                parent_user_id: user_id(contact.parent_user_id),
            }
        };
        let all = raw::items(raw_contacts);
        Self(
            all.into_iter()
                .filter_map(|one| raw::object(Some(one)).map(contact))
                .filter(|c| !c.is_empty())
                .collect(),
        )
    }

    /// The party with these ids, completed by the contact that bears one of them. Ids that contradict stay apart.
    pub(super) fn party(&self, raw_phone: Raw<'_>, raw_user_id: Raw<'_>, raw_parent: Raw<'_>) -> Party {
        let (phone, user_id) = (phone(raw_phone), self::user_id(raw_user_id));
        let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        let known = self
            .0
            .iter()
            .find(|contact| same(&contact.user_id, &user_id))
            .or_else(|| {
                self.0
                    .iter()
                    .find(|contact| same(&contact.phone, &phone) && !differ(&contact.user_id, &user_id))
            });
        Party {
            phone: phone.or_else(|| known?.phone.clone()),
            user_id: user_id.or_else(|| known?.user_id.clone()),
            username: known.and_then(|contact| contact.username.clone()),
            profile_name: known.and_then(|contact| contact.profile_name.clone()),
            parent_user_id: self::user_id(raw_parent).or_else(|| known?.parent_user_id.clone()),
        }
    }
}

/// Digits of a phone number, with or without `+` before them.
pub(super) fn phone(raw_phone: Raw<'_>) -> Option<String> {
    let text = raw::filled(raw_phone)?;
    let digits = text.strip_prefix('+').unwrap_or(&text);
    let good = (1..=MAX_PHONE).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| digits.to_owned())
}

/// A business-scoped user id.
pub(super) fn user_id(raw_id: Raw<'_>) -> Option<String> {
    raw::filled(raw_id).filter(|id| id.len() <= MAX_USER_ID && id.bytes().all(|byte| byte.is_ascii_graphic()))
}

fn username(raw_name: Raw<'_>) -> Option<String> {
    let name = raw::filled(raw_name)?;
    Some(
        name.trim_start_matches('@')
            .chars()
            .take(MAX_NAME)
            .collect::<String>(),
    )
    .filter(|name| !name.is_empty())
}

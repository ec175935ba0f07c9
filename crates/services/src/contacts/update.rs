//! What a tenant's people write about a contact.

use std::collections::BTreeMap;

use domain::{ContactId, Error, Result, event::DomainEvent, permission::Permission};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use store::{
    TenantScope, audit,
    contacts::{self, Attributes},
    outbox,
};
use utoipa::ToSchema;

use super::ContactView;
use crate::tenant::TenantServices;

/// Characters of a given name.
const NAME_MAX: usize = 120;
/// Attributes of a contact.
const ATTRIBUTES_MAX: usize = 50;
/// Characters of an attribute's name.
const KEY_MAX: usize = 40;
/// Characters of an attribute.
const VALUE_MAX: usize = 500;

/// What to change of a contact; what is left out stays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    /// The name to use, 1 to 120 characters; null goes back to the profile's.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub given_name: Option<Option<String>>,
    /// Attributes to set, and with null to remove: at most 50, names of 1 to 40 characters, texts of 1 to 500.
    #[serde(default)]
    pub attributes: BTreeMap<String, Option<String>>,
}

fn given<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl TenantServices {
    /// Changes what the tenant's people wrote about a contact.
    pub async fn update_contact(
        &self,
        scope: &TenantScope,
        id: ContactId,
        change: &ContactChange,
    ) -> Result<ContactView> {
        scope.require(Permission::ContactsManage)?;
        let now = self.clock.now();
        let mut tx = self.db.begin(scope).await?;
        contacts::lock(&mut tx, id).await?;
        let before = contacts::get(&mut tx, id).await?;
        let name = match &change.given_name {
            Some(name) => checked_name(name.as_deref())?,
            None => before.given_name.clone(),
        };
        let attributes = merged(before.attributes.clone(), &change.attributes)?;
        if name != before.given_name || attributes != before.attributes {
            contacts::describe(&mut tx, id, name.as_deref(), &attributes).await?;
            // Names of attributes are the tenant's own words, their texts are about a person: neither is written down.
            let details = json!({
                "named": name != before.given_name,
                "attributes": attributes != before.attributes,
            });
            audit::append(&mut tx, scope, &self.audit("contact.update", id, details)).await?;
            let mut events = vec![DomainEvent::ContactUpdated { contact_id: id }];
            let conversations = before.conversations.into_iter();
            events.extend(
                conversations.map(|conversation_id| DomainEvent::ConversationUpdated { conversation_id }),
            );
            outbox::push(&mut tx, now, &events).await?;
        }
        let view = contacts::get(&mut tx, id).await?.into();
        tx.commit().await?;
        self.hub.wake();
        Ok(view)
    }
}

fn checked_name(name: Option<&str>) -> Result<Option<String>> {
    let Some(name) = name.map(str::trim) else {
        return Ok(None);
    };
    if name.is_empty() || name.chars().count() > NAME_MAX || name.contains('\0') {
        let words = "Write 1 to 120 characters, or null for the profile's name.";
        return Err(Error::invalid("given_name", words));
    }
    Ok(Some(name.to_owned()))
}

fn merged(mut known: Attributes, change: &BTreeMap<String, Option<String>>) -> Result<Attributes> {
    let before = known.len();
    for (name, value) in change {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > KEY_MAX || name.contains('\0') {
            return Err(Error::invalid("attributes", "Names have 1 to 40 characters."));
        }
        let Some(value) = value.as_deref().map(str::trim) else {
            known.remove(name);
            continue;
        };
        if value.is_empty() || value.chars().count() > VALUE_MAX || value.contains('\0') {
            let words = "Write 1 to 500 characters, or null to remove it.";
            return Err(Error::invalid(format!("attributes.{name}"), words));
        }
        known.insert(name.to_owned(), value.to_owned());
    }
    // A merge may have left more.
    if known.len() > ATTRIBUTES_MAX && known.len() > before {
        let words = "A contact has at most 50 attributes. Remove one first.";
        return Err(Error::invalid("attributes", words));
    }
    Ok(known)
}

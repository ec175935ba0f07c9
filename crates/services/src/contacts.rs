//! Contacts: people as one tenant knows them.

mod update;

use domain::{ContactId, ConversationId, Error, Result, channel::IdentityKind, permission::Permission};
use serde::Serialize;
use store::{
    TenantScope,
    contacts::{self, Attributes},
    page::{Page, PageRequest},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use update::ContactChange;

use crate::{consents::PresentConsent, tenant::TenantServices};

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// The contact.
    pub id: ContactId,
    /// What to call them: the given name, else the profile's.
    pub name: Option<String>,
    /// The name that the tenant's people gave; it goes before the profile's.
    pub given_name: Option<String>,
    /// Name of the profile, as the contact chose it.
    pub profile_name: Option<String>,
    /// What the tenant's people wrote about them, by name.
    pub attributes: Attributes,
    /// What identifies them.
    pub identities: Vec<IdentityView>,
    /// What they allow and what they withdrew; a topic without a word is left out.
    pub consents: Vec<PresentConsent>,
    /// Their conversations.
    pub conversations: Vec<ConversationId>,
    /// When they were first seen.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// One identity of a contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityView {
    /// Its kind.
    #[schema(value_type = String)]
    pub kind: IdentityKind,
    /// Its value: digits without `+`, a user id, or a username.
    pub value: String,
    /// When it was last seen, by the provider's clock.
    #[serde(with = "time::serde::rfc3339")]
    pub seen_at: OffsetDateTime,
}

impl From<contacts::ContactRow> for ContactView {
    fn from(row: contacts::ContactRow) -> Self {
        let identities = row.identities.into_iter().map(|i| IdentityView {
            kind: i.kind,
            value: i.value,
            seen_at: i.seen_at,
        });
        Self {
            id: row.id,
            name: row.given_name.clone().or_else(|| row.profile_name.clone()),
            given_name: row.given_name,
            profile_name: row.profile_name,
            attributes: row.attributes,
            identities: identities.collect(),
            consents: row.consents.into_iter().map(PresentConsent::from).collect(),
            conversations: row.conversations,
            created_at: row.created_at,
        }
    }
}

/// A search that the database can take.
pub(crate) fn checked(query: &str) -> Result<&str> {
    if query.contains('\0') {
        return Err(Error::invalid("q", "Remove the NUL character."));
    }
    Ok(query.trim())
}

impl TenantServices {
    /// A page of contacts, newest first; `query` is the start of the phone or of a name, or a whole id.
    pub async fn contacts(
        &self,
        scope: &TenantScope,
        query: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<ContactView>> {
        scope.require(Permission::ContactsRead)?;
        let query = query.map(checked).transpose()?;
        let mut tx = self.db.begin(scope).await?;
        Ok(contacts::page(&mut tx, query, page).await?.map(ContactView::from))
    }

    /// One contact.
    pub async fn contact(&self, scope: &TenantScope, id: ContactId) -> Result<ContactView> {
        scope.require(Permission::ContactsRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(contacts::get(&mut tx, id).await?.into())
    }
}

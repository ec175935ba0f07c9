//! Contacts: people as one tenant knows them.

use domain::{ContactId, ConversationId, Error, Result, channel::IdentityKind, permission::Permission};
use serde::Serialize;
use store::{
    TenantScope, contacts,
    page::{Page, PageRequest},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{consents::PresentConsent, tenant::TenantServices};

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// The contact.
    pub id: ContactId,
    /// Name of the profile.
    pub name: Option<String>,
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
            name: row.name,
            identities: identities.collect(),
            consents: row.consents.into_iter().map(PresentConsent::from).collect(),
            conversations: row.conversations,
            created_at: row.created_at,
        }
    }
}

impl TenantServices {
    /// A page of contacts, newest first; `query` is the start of the phone or of the name, or a whole id.
    pub async fn contacts(
        &self,
        scope: &TenantScope,
        query: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<ContactView>> {
        scope.require(Permission::ContactsRead)?;
        if query.is_some_and(|query| query.contains('\0')) {
            return Err(Error::invalid("q", "Remove the NUL character."));
        }
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

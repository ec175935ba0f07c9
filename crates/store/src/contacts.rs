//! Contacts and their identities. A contact is never keyed on a phone number.

use std::collections::BTreeMap;

use domain::{ContactId, ConversationId, PortfolioId, channel::IdentityKind};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    consents::{self, ConsentRow},
    error::{Error, Result},
    page::{Page, PageRequest},
    tx::TenantTx,
};

/// A contact with what identifies them.
#[derive(Debug, Clone)]
pub struct ContactRow {
    /// The contact.
    pub id: ContactId,
    /// The name that the tenant's people gave.
    pub given_name: Option<String>,
    /// Name of the profile.
    pub profile_name: Option<String>,
    /// What the tenant's people wrote about them, by name.
    pub attributes: Attributes,
    /// What identifies them.
    pub identities: Vec<IdentityRow>,
    /// The present word of each topic.
    pub consents: Vec<ConsentRow>,
    /// Their conversations.
    pub conversations: Vec<ConversationId>,
    /// When we first saw them.
    pub created_at: OffsetDateTime,
}

/// Texts by name.
pub type Attributes = BTreeMap<String, String>;

/// One identity.
#[derive(Debug, Clone)]
pub struct IdentityRow {
    /// Its kind.
    pub kind: IdentityKind,
    /// Its value.
    pub value: String,
    /// When it was last seen, by the provider's clock.
    pub seen_at: OffsetDateTime,
}

const BAD_ATTRIBUTES: Error = Error::Inconsistent {
    table: "contacts",
    column: "attributes",
};

#[derive(Serialize, Deserialize)]
struct Key(Uuid);

/// A page of contacts, newest first; `query` is the start of the name or of the phone, or a whole user id or username.
pub async fn page(tx: &mut TenantTx, query: Option<&str>, request: &PageRequest) -> Result<Page<ContactRow>> {
    let query = query.map(str::trim).filter(|query| !query.is_empty());
    let page = match query {
        Some(query) => search(tx, query, request).await?,
        None => newest(tx, request).await?,
    };
    let items = load(tx, &page.items).await?;
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

async fn newest(tx: &mut TenantTx, request: &PageRequest) -> Result<Page<Uuid>> {
    let fetch = request.fetch();
    let before = request.key::<Key>()?.map(|Key(id)| id);
    let ids = sqlx::query_scalar!(
        "select id
         from contacts
         where tenant_id = $1
           and id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
         order by id desc
         limit $3",
        tx.tenant_id().uuid(),
        before,
        fetch,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(Page::cut(ids, fetch, |id| Key(*id)))
}

/// Ids of the contacts that a query finds. Each way to find somebody is a range of an index of its own.
pub(crate) async fn search(tx: &mut TenantTx, query: &str, request: &PageRequest) -> Result<Page<Uuid>> {
    let fetch = request.fetch();
    let before = request.key::<Key>()?.map(|Key(id)| id);
    let digits: String = query.chars().filter(char::is_ascii_digit).collect();
    let digits = Some(digits).filter(|digits| !digits.is_empty());
    let ids = sqlx::query_scalar!(
        r#"select found.id as "id!"
           from (
             select c.id
             from contacts c
             where c.tenant_id = $1
               and c.name_key ^@ lower($2)
             union
             select c.id
             from contacts c
             where c.tenant_id = $1
               and c.given_key ^@ lower($2)
             union
             select i.contact_id
             from contact_identities i
             where i.tenant_id = $1
               and i.kind = 1
               and i.value ^@ $3
             union
             select i.contact_id
             from contact_identities i
             where i.tenant_id = $1
               and i.kind in (2, 3)
               and i.value = $2) found
           where found.id < coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
           order by found.id desc
           limit $5"#,
        tx.tenant_id().uuid(),
        query,
        digits,
        before,
        fetch,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(Page::cut(ids, fetch, |id| Key(*id)))
}

/// One contact.
pub async fn get(tx: &mut TenantTx, id: ContactId) -> Result<ContactRow> {
    load(tx, &[id.uuid()]).await?.pop().ok_or(Error::NotFound)
}

async fn load(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<ContactRow>> {
    let tenant = tx.tenant_id().uuid();
    let contacts = sqlx::query!(
        r#"select c.id, c.given_name, c.profile_name, c.attributes, c.created_at,
             array(select v.id from conversations v where v.tenant_id = c.tenant_id and v.contact_id = c.id order by v.id) as "conversations!"
           from contacts c where c.tenant_id = $1 and c.id = any($2)
           order by c.id desc"#,
        tenant,
        ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let identities = sqlx::query!(
        "select contact_id, kind, value, seen_at from contact_identities
         where tenant_id = $1 and contact_id = any($2)
         order by contact_id, kind, value",
        tenant,
        ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let consents = consents::present(tx, ids).await?;
    let rows = contacts.into_iter().map(|row| {
        Ok(ContactRow {
            consents: consents
                .iter()
                .filter(|consent| consent.contact_id.uuid() == row.id)
                .cloned()
                .collect(),
            identities: identities
                .iter()
                .filter(|identity| identity.contact_id == row.id)
                .filter_map(|identity| {
                    let kind = IdentityKind::from_code(identity.kind)?;
                    Some(IdentityRow {
                        kind,
                        value: identity.value.clone(),
                        seen_at: identity.seen_at,
                    })
                })
                .collect(),
            id: ContactId::new(row.id),
            given_name: row.given_name,
            profile_name: row.profile_name,
            attributes: serde_json::from_value(row.attributes).map_err(|_| BAD_ATTRIBUTES)?,
            conversations: row.conversations.into_iter().map(ConversationId::new).collect(),
            created_at: row.created_at,
        })
    });
    rows.collect()
}

/// Sets the name that people gave, and what they wrote.
pub async fn describe(
    tx: &mut TenantTx,
    id: ContactId,
    given_name: Option<&str>,
    attributes: &Attributes,
) -> Result<()> {
    let attributes = serde_json::to_value(attributes).map_err(|_| BAD_ATTRIBUTES)?;
    sqlx::query!(
        "update contacts
         set given_name = $3,
             attributes = $4
         where tenant_id = $1
           and id = $2",
        tx.tenant_id().uuid(),
        id.uuid(),
        given_name,
        attributes,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Locks a contact until the transaction ends, so that two changes of it do not overtake each other.
pub async fn lock(tx: &mut TenantTx, id: ContactId) -> Result<()> {
    sqlx::query_scalar!(
        "select id from contacts where tenant_id = $1 and id = $2 for no key update",
        tx.tenant_id().uuid(),
        id.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    .map(|_| ())
    .ok_or(Error::NotFound)
}

/// The contact behind an identity, made with it if there is none.
pub async fn ensure(
    tx: &mut TenantTx,
    new_id: ContactId,
    portfolio: PortfolioId,
    kind: IdentityKind,
    value: &str,
    now: OffsetDateTime,
) -> Result<ContactId> {
    let tenant = tx.tenant_id().uuid();
    if let Some(found) = find(tx, portfolio, kind, value).await? {
        return Ok(found);
    }
    sqlx::query!(
        "insert into contacts (tenant_id, id, created_at) values ($1, $2, $3)",
        tenant,
        new_id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    let inserted = sqlx::query!(
        "insert into contact_identities (tenant_id, portfolio_id, kind, value, contact_id, seen_at)
         values ($1, $2, $3, $4, $5, to_timestamp(0))
         on conflict (tenant_id, portfolio_id, kind, value) do nothing",
        tenant,
        portfolio.uuid(),
        kind.code(),
        value,
        new_id.uuid(),
    )
    .execute(tx.conn())
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(new_id);
    }
    find(tx, portfolio, kind, value).await?.ok_or(Error::NotFound)
}

async fn find(
    tx: &mut TenantTx,
    portfolio: PortfolioId,
    kind: IdentityKind,
    value: &str,
) -> Result<Option<ContactId>> {
    let tenant = tx.tenant_id().uuid();
    let found = sqlx::query_scalar!(
        "select contact_id from contact_identities where tenant_id = $1 and portfolio_id = $2 and kind = $3 and value = $4",
        tenant,
        portfolio.uuid(),
        kind.code(),
        value,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(ContactId::new))
}

//! What customers say about marketing, and what the business calls them.

use domain::{ContactId, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{error::Result, tx::SetTx};

/// Who told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WishSource {
    /// The provider's own switch.
    Provider,
    /// A message that is one word.
    Keyword,
    /// A button of a template.
    Button,
}

impl WishSource {
    const fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Keyword => "keyword",
            Self::Button => "button",
        }
    }

    const fn proof(self) -> &'static str {
        match self {
            Self::Provider => "Chosen in WhatsApp",
            Self::Keyword => "Written in the conversation",
            Self::Button => "Tapped on a button of a template",
        }
    }
}

/// A customer's wish about marketing.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Id of the record.
    pub id: Uuid,
    /// Who.
    pub contact_id: ContactId,
    /// True for marketing, false for none.
    pub granted: bool,
    /// Who told it.
    pub source: WishSource,
    /// What told it, once.
    pub source_key: String,
    /// Provider time.
    pub at: OffsetDateTime,
}

/// Records wishes in the consent ledger; tells the keys of those that were new.
pub async fn record_wishes(tx: &mut SetTx, now: OffsetDateTime, rows: &[Wish]) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "insert into consent_records (
           tenant_id, id, contact_id, topic, state, source, source_key, proof, at, recorded_at)
         select u.tenant_id, u.id, u.contact_id, 'marketing', u.state, u.source, u.source_key, u.proof, u.at, $9
         from unnest(
           $1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
           as u (tenant_id, id, contact_id, state, source, source_key, proof, at)
         on conflict (tenant_id, source, source_key) do nothing
         returning source_key",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.contact_id.uuid()).collect::<Vec<_>>(),
        &rows
            .iter()
            .map(|row| if row.granted { 1_i16 } else { 2 })
            .collect::<Vec<_>>(),
        &rows
            .iter()
            .map(|row| row.source.name().to_owned())
            .collect::<Vec<_>>(),
        &rows.iter().map(|row| row.source_key.clone()).collect::<Vec<_>>(),
        &rows
            .iter()
            .map(|row| row.source.proof().to_owned())
            .collect::<Vec<_>>(),
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        now,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// A customer's name in the business's address book; each contact once.
#[derive(Debug, Clone)]
pub struct BookName {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Who.
    pub contact_id: ContactId,
    /// The name; `None` when it was removed.
    pub name: Option<String>,
    /// Provider time.
    pub at: OffsetDateTime,
}

/// Writes names of the address book, newest last; tells whose changed.
pub async fn name_contacts(tx: &mut SetTx, rows: &[BookName]) -> Result<Vec<ContactId>> {
    let changed = sqlx::query_scalar!(
        "update contacts c
         set address_book_name = u.name,
             address_book_at = u.at
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as u (tenant_id, id, name, at)
         where c.tenant_id = u.tenant_id
           and c.id = u.id
           and (c.address_book_at is null
             or (u.at, coalesce(u.name, '')) > (c.address_book_at, coalesce(c.address_book_name, '')))
         returning c.id",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.contact_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(changed.into_iter().map(ContactId::new).collect())
}

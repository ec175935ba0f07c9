//! Contacts and their identities, as the normalizer reads and writes them. Which contact an update belongs to is
//! decided by the normalizer; here is only what it must know and what it decided.

use std::collections::BTreeSet;

use domain::{ContactId, PortfolioId, TenantId, channel::IdentityKind};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{error::Result, tx::SetTx};

/// Where an identity means one person: user ids are scoped to a portfolio, contacts to a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonScope {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The portfolio.
    pub portfolio_id: PortfolioId,
}

/// A phone seen together with a user id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PairKey {
    /// Where they mean a person.
    pub scope: PersonScope,
    /// Phone digits.
    pub phone: String,
    /// Business-scoped user id.
    pub user_id: String,
}

/// One identity of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where it means a person.
    pub scope: PersonScope,
    /// Its kind.
    pub kind: IdentityKind,
    /// Its value.
    pub value: String,
    /// Whose it is.
    pub contact_id: ContactId,
    /// Provider time of the latest sighting.
    pub seen_at: OffsetDateTime,
    /// The user id that it was seen with then: a username, a parent user id.
    pub seen_with: Option<String>,
}

/// What has to be known to place a batch's customers.
#[derive(Debug, Clone, Default)]
pub struct PeopleKeys {
    /// Identities that the batch names.
    pub identities: BTreeSet<(PersonScope, IdentityKind, String)>,
    /// Phones that the batch names.
    pub phones: BTreeSet<(PersonScope, String)>,
}

/// What is known of a batch's customers.
#[derive(Debug, Clone, Default)]
pub struct KnownPeople {
    /// The named identities, the user ids of their contacts, and every user id seen on the named phones.
    pub identities: Vec<Identity>,
    /// Since when each user id was seen on each named phone.
    pub pairs: Vec<(PairKey, OffsetDateTime)>,
}

/// A contact that was not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewContact {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its id.
    pub id: ContactId,
}

/// A contact's newest profile name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactName {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The contact.
    pub contact_id: ContactId,
    /// The name and the provider time of the update that carried it.
    pub name: Option<(OffsetDateTime, String)>,
    /// True when what was stored came from updates that named a phone only and a user id is known now: it is replaced.
    pub replace: bool,
}

/// What the normalizer decided.
#[derive(Debug, Clone, Default)]
pub struct PeopleWrites {
    /// New contacts.
    pub contacts: Vec<NewContact>,
    /// Newest profile names.
    pub names: Vec<ContactName>,
    /// Identities that were not known; one that somebody else made meanwhile fails the batch, which is read again.
    pub added: Vec<Identity>,
    /// Identities that moved or were seen again.
    pub changed: Vec<Identity>,
    /// Pairs that are new or older than known.
    pub pairs: Vec<(PairKey, OffsetDateTime)>,
    /// Phones that two user ids claim: the pair, who the user id says it is, who the phone was.
    pub conflicts: Vec<(PairKey, OffsetDateTime, ContactId, ContactId)>,
}

impl PeopleKeys {
    /// Reads what is known.
    pub async fn load(&self, tx: &mut SetTx) -> Result<KnownPeople> {
        let mut known = KnownPeople::default();
        if !self.phones.is_empty() {
            self.load_pairs(tx, &mut known).await?;
        }
        if self.identities.is_empty() {
            return Ok(known);
        }
        let rows = sqlx::query!(
            "with named as (
               select i.*
               from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[]) as u (tenant_id, portfolio_id, kind, value)
               join contact_identities i
                 on i.tenant_id = u.tenant_id
                and i.portfolio_id = u.portfolio_id
                and i.kind = u.kind
                and i.value = u.value)
             select tenant_id, portfolio_id, kind, value, contact_id, seen_at, seen_with
             from named
             union
             select i.tenant_id, i.portfolio_id, i.kind, i.value, i.contact_id, i.seen_at, i.seen_with
             from named n
             join contact_identities i
               on i.tenant_id = n.tenant_id
              and i.contact_id = n.contact_id
              and i.kind = $5",
            &self.identities.iter().map(|key| key.0.tenant_id.uuid()).collect::<Vec<_>>(),
            &self.identities.iter().map(|key| key.0.portfolio_id.uuid()).collect::<Vec<_>>(),
            &self.identities.iter().map(|key| key.1.code()).collect::<Vec<_>>(),
            &self.identities.iter().map(|key| key.2.clone()).collect::<Vec<_>>(),
            IdentityKind::UserId.code(),
        )
        .fetch_all(tx.conn())
        .await?;
        known.identities.extend(rows.into_iter().filter_map(|row| {
            Some(Identity {
                scope: scope(row.tenant_id?, row.portfolio_id?),
                kind: IdentityKind::from_code(row.kind?)?,
                value: row.value?,
                contact_id: ContactId::new(row.contact_id?),
                seen_at: row.seen_at?,
                seen_with: row.seen_with,
            })
        }));
        Ok(known)
    }

    async fn load_pairs(&self, tx: &mut SetTx, known: &mut KnownPeople) -> Result<()> {
        let rows = sqlx::query!(
            "select p.tenant_id, p.portfolio_id, p.phone, p.user_id, p.first_at, i.contact_id, i.seen_at
             from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (tenant_id, portfolio_id, phone)
             join identity_pairs p
               on p.tenant_id = u.tenant_id
              and p.portfolio_id = u.portfolio_id
              and p.phone = u.phone
             join contact_identities i
               on i.tenant_id = p.tenant_id
              and i.portfolio_id = p.portfolio_id
              and i.kind = $4
              and i.value = p.user_id",
            &self
                .phones
                .iter()
                .map(|key| key.0.tenant_id.uuid())
                .collect::<Vec<_>>(),
            &self
                .phones
                .iter()
                .map(|key| key.0.portfolio_id.uuid())
                .collect::<Vec<_>>(),
            &self.phones.iter().map(|key| key.1.clone()).collect::<Vec<_>>(),
            IdentityKind::UserId.code(),
        )
        .fetch_all(tx.conn())
        .await?;
        for row in rows {
            let scope = scope(row.tenant_id, row.portfolio_id);
            known.identities.push(Identity {
                scope,
                kind: IdentityKind::UserId,
                value: row.user_id.clone(),
                contact_id: ContactId::new(row.contact_id),
                seen_at: row.seen_at,
                seen_with: None,
            });
            known.pairs.push((
                PairKey {
                    scope,
                    phone: row.phone,
                    user_id: row.user_id,
                },
                row.first_at,
            ));
        }
        Ok(())
    }
}

const fn scope(tenant: Uuid, portfolio: Uuid) -> PersonScope {
    PersonScope {
        tenant_id: TenantId::new(tenant),
        portfolio_id: PortfolioId::new(portfolio),
    }
}

impl PeopleWrites {
    /// Writes what was decided.
    pub async fn store(&self, tx: &mut SetTx, now: OffsetDateTime) -> Result<()> {
        if !self.contacts.is_empty() {
            self.insert_contacts(tx, now).await?;
        }
        if !self.names.is_empty() {
            self.update_names(tx).await?;
        }
        if !self.added.is_empty() {
            insert_identities(tx, &self.added).await?;
        }
        if !self.changed.is_empty() {
            update_identities(tx, &self.changed).await?;
        }
        if !self.pairs.is_empty() {
            self.upsert_pairs(tx).await?;
        }
        if !self.conflicts.is_empty() {
            self.record_conflicts(tx).await?;
        }
        Ok(())
    }

    async fn insert_contacts(&self, tx: &mut SetTx, now: OffsetDateTime) -> Result<()> {
        sqlx::query!(
            "insert into contacts (tenant_id, id, created_at)
             select u.tenant_id, u.id, $3
             from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)",
            &self
                .contacts
                .iter()
                .map(|row| row.tenant_id.uuid())
                .collect::<Vec<_>>(),
            &self.contacts.iter().map(|row| row.id.uuid()).collect::<Vec<_>>(),
            now,
        )
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    async fn update_names(&self, tx: &mut SetTx) -> Result<()> {
        sqlx::query!(
            "update contacts c
             set profile_name = u.name,
                 profile_name_at = u.at
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::boolean[])
               as u (tenant_id, id, name, at, replace)
             where c.tenant_id = u.tenant_id
               and c.id = u.id
               and (u.at is not null and (c.profile_name_at is null or (u.at, u.name) > (c.profile_name_at, c.profile_name))
                 or u.replace and c.profile_name_at is not null)",
            &self.names.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
            &self.names.iter().map(|row| row.contact_id.uuid()).collect::<Vec<_>>(),
            &self.names.iter().map(|row| row.name.as_ref().map(|name| name.1.clone())).collect::<Vec<_>>() as _,
            &self.names.iter().map(|row| row.name.as_ref().map(|name| name.0)).collect::<Vec<_>>() as _,
            &self.names.iter().map(|row| row.replace).collect::<Vec<_>>(),
        )
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    async fn upsert_pairs(&self, tx: &mut SetTx) -> Result<()> {
        sqlx::query!(
            "insert into identity_pairs as p (tenant_id, portfolio_id, phone, user_id, first_at)
             select *
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
             on conflict (tenant_id, portfolio_id, phone, user_id) do update
             set first_at = excluded.first_at
             where excluded.first_at < p.first_at",
            &self
                .pairs
                .iter()
                .map(|(key, _)| key.scope.tenant_id.uuid())
                .collect::<Vec<_>>(),
            &self
                .pairs
                .iter()
                .map(|(key, _)| key.scope.portfolio_id.uuid())
                .collect::<Vec<_>>(),
            &self
                .pairs
                .iter()
                .map(|(key, _)| key.phone.clone())
                .collect::<Vec<_>>(),
            &self
                .pairs
                .iter()
                .map(|(key, _)| key.user_id.clone())
                .collect::<Vec<_>>(),
            &self.pairs.iter().map(|(_, at)| *at).collect::<Vec<_>>(),
        )
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    async fn record_conflicts(&self, tx: &mut SetTx) -> Result<()> {
        sqlx::query!(
            "insert into identity_conflicts (tenant_id, portfolio_id, phone, user_id, seen_at, contact_id, other_contact_id)
             select *
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::uuid[], $7::uuid[])
             on conflict do nothing",
            &self.conflicts.iter().map(|(key, ..)| key.scope.tenant_id.uuid()).collect::<Vec<_>>(),
            &self.conflicts.iter().map(|(key, ..)| key.scope.portfolio_id.uuid()).collect::<Vec<_>>(),
            &self.conflicts.iter().map(|(key, ..)| key.phone.clone()).collect::<Vec<_>>(),
            &self.conflicts.iter().map(|(key, ..)| key.user_id.clone()).collect::<Vec<_>>(),
            &self.conflicts.iter().map(|(_, at, ..)| *at).collect::<Vec<_>>(),
            &self.conflicts.iter().map(|(_, _, contact, _)| contact.uuid()).collect::<Vec<_>>(),
            &self.conflicts.iter().map(|(.., other)| other.uuid()).collect::<Vec<_>>(),
        )
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}

/// The columns of identities, for `unnest`.
struct Columns {
    tenants: Vec<Uuid>,
    portfolios: Vec<Uuid>,
    kinds: Vec<i16>,
    values: Vec<String>,
    contacts: Vec<Uuid>,
    seen: Vec<OffsetDateTime>,
    seen_with: Vec<Option<String>>,
}

fn columns(rows: &[Identity]) -> Columns {
    Columns {
        tenants: rows.iter().map(|row| row.scope.tenant_id.uuid()).collect(),
        portfolios: rows.iter().map(|row| row.scope.portfolio_id.uuid()).collect(),
        kinds: rows.iter().map(|row| row.kind.code()).collect(),
        values: rows.iter().map(|row| row.value.clone()).collect(),
        contacts: rows.iter().map(|row| row.contact_id.uuid()).collect(),
        seen: rows.iter().map(|row| row.seen_at).collect(),
        seen_with: rows.iter().map(|row| row.seen_with.clone()).collect(),
    }
}

async fn insert_identities(tx: &mut SetTx, rows: &[Identity]) -> Result<()> {
    let columns = columns(rows);
    sqlx::query!(
        "insert into contact_identities (tenant_id, portfolio_id, kind, value, contact_id, seen_at, seen_with)
         select *
         from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::uuid[], $6::timestamptz[], $7::text[])",
        &columns.tenants,
        &columns.portfolios,
        &columns.kinds,
        &columns.values,
        &columns.contacts,
        &columns.seen,
        &columns.seen_with as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn update_identities(tx: &mut SetTx, rows: &[Identity]) -> Result<()> {
    let columns = columns(rows);
    sqlx::query!(
        "update contact_identities i
         set contact_id = u.contact_id,
             seen_at = u.seen_at,
             seen_with = u.seen_with
         from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::uuid[], $6::timestamptz[], $7::text[])
           as u (tenant_id, portfolio_id, kind, value, contact_id, seen_at, seen_with)
         where i.tenant_id = u.tenant_id
           and i.portfolio_id = u.portfolio_id
           and i.kind = u.kind
           and i.value = u.value",
        &columns.tenants,
        &columns.portfolios,
        &columns.kinds,
        &columns.values,
        &columns.contacts,
        &columns.seen,
        &columns.seen_with as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

//! What is left of a contact that turned out to be another one goes to that one.

use uuid::Uuid;

use super::{aliases, reunite::Absorbed};
use crate::{error::Result, tx::SetTx};

/// Gives what is left of absorbed contacts to those that stay and deletes them.
pub async fn dissolve(tx: &mut SetTx, absorbed: &[Absorbed]) -> Result<()> {
    let tenants: Vec<Uuid> = absorbed.iter().map(|row| row.tenant_id.uuid()).collect();
    let from: Vec<Uuid> = absorbed.iter().map(|row| row.from.uuid()).collect();
    let into: Vec<Uuid> = absorbed.iter().map(|row| row.into.uuid()).collect();
    sqlx::query!(
        "update contact_identities i
         set contact_id = u.into_id
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, from_id, into_id)
         where i.tenant_id = u.tenant_id
           and i.contact_id = u.from_id",
        &tenants,
        &from,
        &into,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update consent_records r
         set contact_id = u.into_id
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, from_id, into_id)
         where r.tenant_id = u.tenant_id
           and r.contact_id = u.from_id",
        &tenants,
        &from,
        &into,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update identity_conflicts i
         set contact_id = u.into_id
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, from_id, into_id)
         where i.tenant_id = u.tenant_id
           and i.contact_id = u.from_id",
        &tenants,
        &from,
        &into,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update identity_conflicts i
         set other_contact_id = u.into_id
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, from_id, into_id)
         where i.tenant_id = u.tenant_id
           and i.other_contact_id = u.from_id",
        &tenants,
        &from,
        &into,
    )
    .execute(tx.conn())
    .await?;
    join_names(tx, absorbed, &tenants, &from, &into).await?;
    aliases::replace_of_contacts(tx, &tenants, &from, &into).await?;
    sqlx::query!(
        "delete from contacts c
         using unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         where c.tenant_id = u.tenant_id
           and c.id = u.id",
        &tenants,
        &from,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The newest name of both stays. What people wrote about the one that stays goes before what they wrote about others.
async fn join_names(
    tx: &mut SetTx,
    absorbed: &[Absorbed],
    tenants: &[Uuid],
    from: &[Uuid],
    into: &[Uuid],
) -> Result<()> {
    sqlx::query!(
        "update contacts c
         set profile_name = case
               when n.at is not null and (c.profile_name_at is null or (n.at, n.name) > (c.profile_name_at, c.profile_name)) then n.name
               else c.profile_name
             end,
             profile_name_at = greatest(c.profile_name_at, n.at),
             address_book_name = case
               when n.book_at is not null
                and (c.address_book_at is null
                  or (n.book_at, coalesce(n.book_name, '')) > (c.address_book_at, coalesce(c.address_book_name, ''))) then n.book_name
               else c.address_book_name
             end,
             address_book_at = greatest(c.address_book_at, n.book_at),
             given_name = coalesce(c.given_name, n.given_name),
             attributes = n.attributes || c.attributes
         from (
           select distinct on (u.tenant_id, u.into_id)
             u.tenant_id,
             u.into_id,
             first_value(case when u.counts then g.profile_name end) over named as name,
             first_value(case when u.counts then g.profile_name_at end) over named as at,
             first_value(g.address_book_name) over booked as book_name,
             first_value(g.address_book_at) over booked as book_at,
             first_value(g.given_name) over written as given_name,
             first_value(g.attributes) over written as attributes
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[]) as u (tenant_id, from_id, into_id, counts)
           join contacts g on g.tenant_id = u.tenant_id and g.id = u.from_id
           window
             named as (partition by u.tenant_id, u.into_id order by u.counts desc, g.profile_name_at desc nulls last, g.profile_name desc),
             booked as (partition by u.tenant_id, u.into_id order by g.address_book_at desc nulls last, coalesce(g.address_book_name, '') desc),
             written as (partition by u.tenant_id, u.into_id order by g.given_name nulls last, g.attributes desc)) as n
         where c.tenant_id = n.tenant_id
           and c.id = n.into_id",
        tenants,
        from,
        into,
        &absorbed.iter().map(|row| row.names_count).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

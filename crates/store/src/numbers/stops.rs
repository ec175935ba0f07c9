//! What stops numbers. Each cause stands by itself, so that what lifts one leaves the others; the number and its lane show
//! the oldest. Whoever changes stops locks the numbers first, so that no two changes miss each other.

use std::collections::HashMap;

use domain::{PhoneNumberId, ProviderAccountId, stop::StopClass};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    tx::TenantTx,
};

/// One stop of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopRow {
    /// Why.
    pub class: StopClass,
    /// In words, with the cure.
    pub reason: String,
    /// Since when.
    pub at: OffsetDateTime,
}

/// A stop to write.
pub(crate) struct NewStop<'a> {
    pub(crate) tenant: Uuid,
    pub(crate) number: Uuid,
    pub(crate) class: StopClass,
    pub(crate) reason: &'a str,
    pub(crate) at: OffsetDateTime,
}

fn class_of(name: &str) -> Result<StopClass> {
    name.parse().map_err(|_| Error::Inconsistent {
        table: "number_stops",
        column: "class",
    })
}

fn name_of(class: StopClass) -> String {
    <&'static str>::from(class).to_owned()
}

/// Stops of numbers, oldest first.
pub(super) async fn of(tx: &mut TenantTx, numbers: &[Uuid]) -> Result<HashMap<Uuid, Vec<StopRow>>> {
    let rows = sqlx::query!(
        "select phone_number_id, class, reason, at
         from number_stops
         where tenant_id = $1
           and phone_number_id = any($2)
         order by at, class",
        tx.tenant_id().uuid(),
        numbers,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut stops: HashMap<Uuid, Vec<StopRow>> = HashMap::new();
    for row in rows {
        stops.entry(row.phone_number_id).or_default().push(StopRow {
            class: class_of(&row.class)?,
            reason: row.reason,
            at: row.at,
        });
    }
    Ok(stops)
}

/// Numbers that call with a credential.
pub async fn of_account(tx: &mut TenantTx, account: ProviderAccountId) -> Result<Vec<PhoneNumberId>> {
    let ids = sqlx::query_scalar!(
        "select id from phone_numbers where tenant_id = $1 and provider_account_id = $2 order by id",
        tx.tenant_id().uuid(),
        account.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(PhoneNumberId::new).collect())
}

/// Lifts these stops of these numbers and tells which there were; a number sends again when none is left.
pub async fn lift(
    tx: &mut TenantTx,
    numbers: &[PhoneNumberId],
    classes: &[StopClass],
) -> Result<Vec<(PhoneNumberId, StopClass)>> {
    let tenant = tx.tenant_id().uuid();
    let ids: Vec<_> = numbers.iter().map(|number| number.uuid()).collect();
    sqlx::query_scalar!(
        "select id from phone_numbers where tenant_id = $1 and id = any($2) order by id for update",
        tenant,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let pairs: Vec<_> = ids
        .iter()
        .flat_map(|id| classes.iter().map(|class| (tenant, *id, *class)))
        .collect();
    let lifted = remove(tx.conn(), &pairs).await?;
    show(
        tx.conn(),
        &lifted
            .iter()
            .map(|(tenant, number, _)| (*tenant, *number))
            .collect::<Vec<_>>(),
    )
    .await?;
    Ok(lifted
        .into_iter()
        .map(|(_, number, class)| (PhoneNumberId::new(number), class))
        .collect())
}

/// Removes stops of locked numbers; tells which there were, in order.
pub(crate) async fn remove(
    connection: &mut PgConnection,
    stops: &[(Uuid, Uuid, StopClass)],
) -> Result<Vec<(Uuid, Uuid, StopClass)>> {
    let rows = sqlx::query!(
        "delete from number_stops s
         using unnest($1::uuid[], $2::uuid[], $3::text[]) as u (tenant_id, phone_number_id, class)
         where s.tenant_id = u.tenant_id
           and s.phone_number_id = u.phone_number_id
           and s.class = u.class
         returning s.tenant_id, s.phone_number_id, s.class",
        &stops.iter().map(|stop| stop.0).collect::<Vec<_>>(),
        &stops.iter().map(|stop| stop.1).collect::<Vec<_>>(),
        &stops.iter().map(|stop| name_of(stop.2)).collect::<Vec<_>>(),
    )
    .fetch_all(connection)
    .await?;
    let mut removed = rows
        .into_iter()
        .map(|row| Ok((row.tenant_id, row.phone_number_id, class_of(&row.class)?)))
        .collect::<Result<Vec<_>>>()?;
    removed.sort_unstable();
    Ok(removed)
}

/// Writes stops of locked numbers; one that is there already keeps its reason. Tells the new ones, in order.
pub(crate) async fn add(
    connection: &mut PgConnection,
    stops: &[NewStop<'_>],
) -> Result<Vec<(Uuid, Uuid, StopClass)>> {
    let rows = sqlx::query!(
        "insert into number_stops (tenant_id, phone_number_id, class, reason, at)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
         on conflict (tenant_id, phone_number_id, class) do nothing
         returning tenant_id, phone_number_id, class",
        &stops.iter().map(|stop| stop.tenant).collect::<Vec<_>>(),
        &stops.iter().map(|stop| stop.number).collect::<Vec<_>>(),
        &stops.iter().map(|stop| name_of(stop.class)).collect::<Vec<_>>(),
        &stops
            .iter()
            .map(|stop| stop.reason.to_owned())
            .collect::<Vec<_>>(),
        &stops.iter().map(|stop| stop.at).collect::<Vec<_>>(),
    )
    .fetch_all(connection)
    .await?;
    let mut added = rows
        .into_iter()
        .map(|row| Ok((row.tenant_id, row.phone_number_id, class_of(&row.class)?)))
        .collect::<Result<Vec<_>>>()?;
    added.sort_unstable();
    Ok(added)
}

/// Numbers and their lanes show the oldest stop that is left, or none.
pub(crate) async fn show(connection: &mut PgConnection, numbers: &[(Uuid, Uuid)]) -> Result<()> {
    let tenants: Vec<_> = numbers.iter().map(|number| number.0).collect();
    let ids: Vec<_> = numbers.iter().map(|number| number.1).collect();
    sqlx::query!(
        "update phone_numbers p
         set paused_reason = (
           select s.reason
           from number_stops s
           where s.tenant_id = p.tenant_id
             and s.phone_number_id = p.id
           order by s.at, s.class
           limit 1)
         from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         where p.tenant_id = u.tenant_id
           and p.id = u.id",
        &tenants,
        &ids,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update lanes l
         set paused_reason = p.paused_reason
         from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         join phone_numbers p on p.tenant_id = u.tenant_id and p.id = u.id
         where l.tenant_id = p.tenant_id
           and l.id = p.id",
        &tenants,
        &ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}

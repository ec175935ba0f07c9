//! Time lines of numbers and their accounts, and what the newest event of each aspect sets.

use std::collections::BTreeSet;

use domain::{
    MetaAppId, PhoneNumberId, TenantId, WabaId,
    ports::{NumberAspect, NumberUpdate},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{error::Result, tx::SetTx};

/// An event of a number or an account.
#[derive(Debug, Clone)]
pub struct NumberEvent<'a> {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The WABA.
    pub waba_id: WabaId,
    /// The app that signed it.
    pub meta_app_id: MetaAppId,
    /// What happened.
    pub update: &'a NumberUpdate,
    /// When: by the provider's clock, or else when we heard of it.
    pub at: OffsetDateTime,
}

/// Stores events; tells the keys of the new ones. A number is found by its digits; an event about another app, or about a
/// number of the account that is not ours, has no effect.
pub async fn insert_number_events(
    tx: &mut SetTx,
    now: OffsetDateTime,
    rows: &[NumberEvent<'_>],
) -> Result<BTreeSet<(TenantId, String)>> {
    let aspect = |row: &NumberEvent<'_>| <&'static str>::from(row.update.aspect).to_owned();
    let new = sqlx::query!(
        "insert into number_events (
           tenant_id, key, waba_id, phone_number_id, aspect, event, effect, detail, at, recorded_at)
         select
           u.tenant_id, u.key, u.waba_id, p.id, u.aspect, u.event,
           case
             when u.only_app is not null and not exists (select from meta_apps a where a.id = u.meta_app_id and a.app_id = u.only_app) then null
             when u.aspect = 'account' and u.digits is not null and p.id is null then null
             else u.effect
           end,
           nullif(u.detail, 'null'::jsonb), u.at, $11
         from unnest(
           $1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[],
           $10::timestamptz[], $12::uuid[])
           as u (tenant_id, key, waba_id, digits, aspect, event, effect, only_app, detail, at, meta_app_id)
         left join lateral (
           select n.id
           from phone_numbers n
           where n.tenant_id = u.tenant_id
             and n.waba_id = u.waba_id
             and regexp_replace(n.display_phone_number, '[^0-9]', '', 'g') = u.digits
           order by n.id
           limit 1) as p on true
         on conflict (tenant_id, key) do nothing
         returning tenant_id, key",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.update.key.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.waba_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.update.display_phone_number.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(aspect).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.update.event.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.update.effect.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.update.only_app.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.update.detail.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        now,
        &rows.iter().map(|row| row.meta_app_id.uuid()).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(new
        .into_iter()
        .map(|row| (TenantId::new(row.tenant_id), row.key))
        .collect())
}

/// Sets what new events say of numbers and of the portfolio's limit, each only when no newer one of its aspect is known
/// and the number was not read since; tells which numbers changed.
pub async fn apply_number_events(
    tx: &mut SetTx,
    new: &BTreeSet<(TenantId, String)>,
) -> Result<Vec<(TenantId, PhoneNumberId)>> {
    let tenants: Vec<_> = new.iter().map(|(tenant, _)| tenant.uuid()).collect();
    let keys: Vec<_> = new.iter().map(|(_, key)| key.clone()).collect();
    let changed = sqlx::query!(
        "update phone_numbers p
         set quality = coalesce(l.quality, p.quality),
             throughput_mps = coalesce(l.throughput, p.throughput_mps),
             name_status = coalesce(l.name_status, p.name_status),
             verified_name = coalesce(l.verified_name, p.verified_name)
         from (
           select
             o.tenant_id,
             o.id,
             max(e.effect) filter (where e.aspect = 'quality') as quality,
             max(e.effect) filter (where e.aspect = 'throughput')::integer as throughput,
             max(e.effect) filter (where e.aspect = 'name') as name_status,
             max(e.effect) filter (where e.aspect = 'verified_name') as verified_name
           from unnest($1::uuid[], $2::text[]) as u (tenant_id, key)
           join number_events e on e.tenant_id = u.tenant_id and e.key = u.key
           join phone_numbers o on o.tenant_id = e.tenant_id and o.id = e.phone_number_id
           where e.effect is not null
             and e.at >= date_trunc('second', o.checked_at)
             and not exists (
               select from number_events n
               where n.tenant_id = e.tenant_id
                 and n.phone_number_id = e.phone_number_id
                 and n.aspect = e.aspect
                 and n.effect is not null
                 and (n.at, n.key) > (e.at, e.key))
           group by o.tenant_id, o.id) as l
         where p.tenant_id = l.tenant_id
           and p.id = l.id
         returning p.tenant_id, p.id",
        &tenants,
        &keys,
    )
    .fetch_all(tx.conn())
    .await?;
    let changed: Vec<(TenantId, PhoneNumberId)> = changed
        .into_iter()
        .map(|row| (TenantId::new(row.tenant_id), PhoneNumberId::new(row.id)))
        .collect();
    if !changed.is_empty() {
        pace_lanes(tx, &changed).await?;
    }
    limit_wabas(tx, &tenants, &keys).await?;
    Ok(changed)
}

/// Lanes take the throughput of their numbers.
async fn pace_lanes(tx: &mut SetTx, numbers: &[(TenantId, PhoneNumberId)]) -> Result<()> {
    sqlx::query!(
        "update lanes l
         set throughput_mps = p.throughput_mps
         from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         join phone_numbers p on p.tenant_id = u.tenant_id and p.id = u.id
         where l.tenant_id = p.tenant_id
           and l.id = p.id
           and l.throughput_mps <> p.throughput_mps",
        &numbers
            .iter()
            .map(|(tenant, _)| tenant.uuid())
            .collect::<Vec<_>>(),
        &numbers
            .iter()
            .map(|(_, number)| number.uuid())
            .collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// WABAs take the newest limit of their portfolio.
async fn limit_wabas(tx: &mut SetTx, tenants: &[Uuid], keys: &[String]) -> Result<()> {
    sqlx::query!(
        "update wabas w
         set messaging_limit = e.effect
         from unnest($1::uuid[], $2::text[]) as u (tenant_id, key)
         join number_events e on e.tenant_id = u.tenant_id and e.key = u.key
         where w.tenant_id = e.tenant_id
           and w.id = e.waba_id
           and e.aspect = $3
           and e.effect is not null
           and not exists (
             select from number_events n
             where n.tenant_id = e.tenant_id
               and n.waba_id = e.waba_id
               and n.aspect = e.aspect
               and n.effect is not null
               and (n.at, n.key) > (e.at, e.key))",
        tenants,
        keys,
        <&'static str>::from(NumberAspect::Limit),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

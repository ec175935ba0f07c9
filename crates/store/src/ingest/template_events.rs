//! Time lines of templates, and what the newest event of each aspect sets.

use std::collections::BTreeSet;

use domain::{
    TemplateId, TenantId, WabaId,
    ports::{TemplateAspect, TemplateUpdate},
};
use time::OffsetDateTime;

use crate::{error::Result, tx::SetTx};

/// An event of a template.
#[derive(Debug, Clone)]
pub struct TemplateEvent<'a> {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The WABA.
    pub waba_id: WabaId,
    /// What happened.
    pub update: &'a TemplateUpdate,
    /// When: by the provider's clock, or else when we heard of it.
    pub at: OffsetDateTime,
}

/// Stores events, those of templates that nobody has synced yet too; tells the keys of the new ones.
pub async fn insert_template_events(
    tx: &mut SetTx,
    now: OffsetDateTime,
    rows: &[TemplateEvent<'_>],
) -> Result<BTreeSet<(TenantId, String)>> {
    let aspect = |row: &TemplateEvent<'_>| <&'static str>::from(row.update.aspect).to_owned();
    let new = sqlx::query!(
        "insert into template_events (
           tenant_id, key, waba_id, provider_id, name, language, aspect, event, effect, reason, detail, at, recorded_at)
         select
           u.tenant_id, u.key, u.waba_id, u.provider_id, u.name, u.language, u.aspect, u.event, u.effect, u.reason,
           nullif(u.detail, 'null'::jsonb), u.at, $13
         from unnest(
           $1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
           $10::text[], $11::jsonb[], $12::timestamptz[])
           as u (tenant_id, key, waba_id, provider_id, name, language, aspect, event, effect, reason, detail, at)
         on conflict (tenant_id, key) do nothing
         returning tenant_id, key",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.update.key.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.waba_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.update.provider_id.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.update.name.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.update.language.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(aspect).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.update.event.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.update.effect.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.update.reason.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.update.detail.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(new
        .into_iter()
        .map(|row| (TenantId::new(row.tenant_id), row.key))
        .collect())
}

/// Sets what new events say, each only when no newer one of its aspect is known and the template was not synced since;
/// tells which templates changed.
pub async fn apply_template_events(
    tx: &mut SetTx,
    new: &BTreeSet<(TenantId, String)>,
) -> Result<Vec<(TenantId, TemplateId)>> {
    let changed = sqlx::query!(
        "update templates t
         set status = coalesce(l.status, t.status),
             rejected_reason = case when l.status is null then t.rejected_reason else l.reason end,
             quality = coalesce(l.quality, t.quality),
             category = coalesce(l.category, t.category)
         from (
           select
             o.tenant_id,
             o.id,
             max(e.effect) filter (where e.aspect = $3) as status,
             max(e.reason) filter (where e.aspect = $3 and e.effect = 'REJECTED') as reason,
             max(e.effect) filter (where e.aspect = $4) as quality,
             max(e.effect) filter (where e.aspect = $5) as category
           from unnest($1::uuid[], $2::text[]) as u (tenant_id, key)
           join template_events e on e.tenant_id = u.tenant_id and e.key = u.key
           join templates o
             on o.tenant_id = e.tenant_id
            and o.waba_id = e.waba_id
            and (o.provider_id = e.provider_id or e.provider_id is null and o.name = e.name and o.language = e.language)
           where e.effect is not null
             and e.at >= date_trunc('second', o.synced_at)
             and not exists (
               select from template_events n
               where n.tenant_id = e.tenant_id
                 and n.waba_id = e.waba_id
                 and n.aspect = e.aspect
                 and n.effect is not null
                 and (n.provider_id = e.provider_id
                   or n.provider_id is null and e.provider_id is null and n.name = e.name and n.language = e.language)
                 and (n.at, n.key) > (e.at, e.key))
           group by o.tenant_id, o.id) as l
         where t.tenant_id = l.tenant_id
           and t.id = l.id
         returning t.tenant_id, t.id",
        &new.iter().map(|(tenant, _)| tenant.uuid()).collect::<Vec<_>>(),
        &new.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>(),
        <&'static str>::from(TemplateAspect::Status),
        <&'static str>::from(TemplateAspect::Quality),
        <&'static str>::from(TemplateAspect::Category),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(changed
        .into_iter()
        .map(|row| (TenantId::new(row.tenant_id), TemplateId::new(row.id)))
        .collect())
}

//! Templates, numbers and accounts of a batch: events are kept, and the newest of each aspect takes effect.

use domain::{
    event::DomainEvent,
    ports::{Fact, NumberAspect},
};
use serde_json::json;
use store::{
    SetTx, audit,
    ingest::{self, NumberEvent, StopChange, TemplateEvent},
};
use time::OffsetDateTime;

use super::{apply::Effects, log::Entry};
use crate::Deps;

pub(crate) async fn apply(
    tx: &mut SetTx,
    deps: &Deps,
    now: OffsetDateTime,
    entries: &mut [Entry<'_>],
    effects: &mut Effects,
) -> Result<(), store::Error> {
    let mut templates: Vec<(usize, TemplateEvent<'_>)> = Vec::new();
    let mut numbers: Vec<(usize, NumberEvent<'_>)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Some((tenant_id, waba_id)) = entry.place.waba() else {
            continue;
        };
        let received_at = entry.row.received_at;
        let change = entry.change;
        for fact in &change.facts {
            match fact {
                Fact::Template(update) => templates.push((
                    index,
                    TemplateEvent {
                        tenant_id,
                        waba_id,
                        update,
                        at: update.at.unwrap_or(received_at),
                    },
                )),
                Fact::Number(update) => numbers.push((
                    index,
                    NumberEvent {
                        tenant_id,
                        waba_id,
                        meta_app_id: entry.row.meta_app_id,
                        update,
                        at: update.at.unwrap_or(received_at),
                    },
                )),
                _ => {}
            }
        }
    }
    if !templates.is_empty() {
        apply_templates(tx, now, templates, entries, effects).await?;
    }
    if !numbers.is_empty() {
        apply_numbers(tx, deps, now, numbers, entries, effects).await?;
    }
    Ok(())
}

async fn apply_templates(
    tx: &mut SetTx,
    now: OffsetDateTime,
    mut found: Vec<(usize, TemplateEvent<'_>)>,
    entries: &mut [Entry<'_>],
    effects: &mut Effects,
) -> Result<(), store::Error> {
    found.sort_by(|(_, a), (_, b)| {
        (a.tenant_id, &a.update.key, a.at).cmp(&(b.tenant_id, &b.update.key, b.at))
    });
    let (indexes, rows): (Vec<usize>, Vec<TemplateEvent<'_>>) = found.into_iter().unzip();
    let new = ingest::insert_template_events(tx, now, &rows).await?;
    let mut uncounted = new.clone();
    for (index, row) in indexes.into_iter().zip(&rows) {
        if let Some(entry) = entries.get_mut(index) {
            entry.count_update(uncounted.remove(&(row.tenant_id, row.update.key.clone())));
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    for (tenant, template_id) in ingest::apply_template_events(tx, &new).await? {
        effects
            .events
            .insert(tenant, DomainEvent::TemplateUpdated { template_id });
    }
    Ok(())
}

async fn apply_numbers(
    tx: &mut SetTx,
    deps: &Deps,
    now: OffsetDateTime,
    mut found: Vec<(usize, NumberEvent<'_>)>,
    entries: &mut [Entry<'_>],
    effects: &mut Effects,
) -> Result<(), store::Error> {
    found.sort_by(|(_, a), (_, b)| {
        (a.tenant_id, &a.update.key, a.at).cmp(&(b.tenant_id, &b.update.key, b.at))
    });
    let (indexes, rows): (Vec<usize>, Vec<NumberEvent<'_>>) = found.into_iter().unzip();
    let new = ingest::insert_number_events(tx, now, &rows).await?;
    let mut uncounted = new.clone();
    for (index, row) in indexes.into_iter().zip(&rows) {
        if let Some(entry) = entries.get_mut(index) {
            entry.count_update(uncounted.remove(&(row.tenant_id, row.update.key.clone())));
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let mut changed = ingest::apply_number_events(tx, &new).await?;
    if rows.iter().any(|row| row.update.aspect == NumberAspect::Account) {
        let stops = ingest::stop_accounts(tx, &new).await?;
        write_down(tx, deps, now, &stops).await?;
        changed.extend(stops.iter().map(|stop| (stop.tenant_id, stop.phone_number_id)));
    }
    for (tenant, phone_number_id) in changed {
        effects
            .events
            .insert(tenant, DomainEvent::NumberUpdated { phone_number_id });
    }
    Ok(())
}

/// What the provider stopped or let go on stands in the audit log.
async fn write_down(
    tx: &mut SetTx,
    deps: &Deps,
    now: OffsetDateTime,
    stops: &[StopChange],
) -> Result<(), store::Error> {
    let mut entries = Vec::with_capacity(stops.len());
    for stop in stops {
        let (tenant, number) = (stop.tenant_id, stop.phone_number_id);
        let action = if stop.began {
            "number.pause"
        } else {
            "number.resume"
        };
        tracing::warn!(%tenant, %number, action, "an account event changed what stops a number");
        let entry = audit::Entry {
            id: deps.ids.make(),
            at: now,
            action,
            target: Some(number.to_string()),
            details: json!({ "by": "provider", "class": stop.class }),
        };
        entries.push((tenant, entry));
    }
    if entries.is_empty() {
        return Ok(());
    }
    audit::append_many(tx, "normalizer", &entries).await
}

//! Templates, numbers and accounts of a batch: events are kept, and the newest of each aspect takes effect.

use domain::{
    event::DomainEvent,
    ports::{AccountStop, Fact, NumberAspect},
};
use store::{
    SetTx,
    ingest::{self, NumberEvent, TemplateEvent},
};
use time::OffsetDateTime;

use super::{apply::Effects, log::Entry};

pub(crate) async fn apply(
    tx: &mut SetTx,
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
        apply_numbers(tx, now, numbers, entries, effects).await?;
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
        let sentences: Vec<String> = AccountStop::ALL
            .into_iter()
            .map(|stop| stop.sentence().to_owned())
            .collect();
        let sentence = |effect: &str| effect.parse::<AccountStop>().ok().map(AccountStop::sentence);
        let stopped = ingest::stop_accounts(tx, &new, sentence, &sentences).await?;
        for (tenant, number) in &stopped {
            tracing::warn!(%tenant, %number, "an account event paused or resumed a number");
        }
        changed.extend(stopped);
    }
    for (tenant, phone_number_id) in changed {
        effects
            .events
            .insert(tenant, DomainEvent::NumberUpdated { phone_number_id });
    }
    Ok(())
}

//! Records outcomes: as many as are there, one transaction per tenant, then the statuses that came early.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serde_json::json;
use store::{
    TenantTx, audit,
    delivery::{AttemptResult, Pause, TemplateStop, apply_parked, pause, record, stop_template},
};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{context::Context, lane::Lane};

/// Most outcomes in one round.
const ROUND_MAX: usize = 200;
/// Longest wait between tries while the database is away.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// An outcome to record.
pub(crate) struct Item {
    pub(crate) lane: Arc<Lane>,
    pub(crate) result: AttemptResult,
    /// What must not go on.
    pub(crate) stop: Option<Stop>,
}

/// What a provider's answer stops.
pub(crate) enum Stop {
    /// The number, or all of its WABA.
    Number(Pause),
    /// One template.
    Template(TemplateStop),
}

/// Records until every sender is gone. Outcomes are kept, not dropped, while the database is away.
pub(crate) async fn run(context: Arc<Context>, mut results: UnboundedReceiver<Item>) {
    let mut round = Vec::new();
    while results.recv_many(&mut round, ROUND_MAX).await > 0 {
        let mut tenants: BTreeMap<_, Vec<Item>> = BTreeMap::new();
        for item in round.drain(..) {
            tenants.entry(item.lane.key.tenant_id).or_default().push(item);
        }
        let groups = tenants.into_values().map(|items| one_tenant(&context, items));
        futures::future::join_all(groups).await;
    }
}

async fn one_tenant(context: &Context, items: Vec<Item>) {
    match with_patience(context, &items).await {
        Ok(()) => items.iter().for_each(|item| close(context, item)),
        Err(error) => {
            tracing::error!(%error, rows = items.len(), "outcomes could not be recorded together; trying one by one");
            for item in items {
                one_row(context, item).await;
            }
        }
    }
    context.deps.events_wake.notify_one();
}

/// A row that can't be recorded stays claimed: it may have been sent, so the next owner calls it unknown.
async fn one_row(context: &Context, item: Item) {
    let items = [item];
    match with_patience(context, &items).await {
        Ok(()) => items.iter().for_each(|item| close(context, item)),
        Err(error) => {
            for item in &items {
                tracing::error!(%error, attempt = %item.result.attempt_id, "an outcome could not be recorded");
                item.lane.abandon();
                context.open.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }
}

fn close(context: &Context, item: &Item) {
    if matches!(item.stop, Some(Stop::Number(_))) {
        item.lane.rest(0);
    }
    if item.lane.close(item.result.attempt_id) {
        context.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Tries again for as long as the failure may pass by itself; recording twice is harmless, whoever has the lane by then.
async fn with_patience(context: &Context, items: &[Item]) -> store::Result<()> {
    let mut wait = Duration::from_millis(20);
    loop {
        match once(context, items).await {
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "outcomes wait for the database");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(WAIT_MAX);
            }
            done => return done,
        }
    }
}

async fn once(context: &Context, items: &[Item]) -> store::Result<()> {
    let Some(first) = items.first() else { return Ok(()) };
    let results: Vec<_> = items.iter().map(|item| item.result.clone()).collect();
    let mut tx = context.tenant_db().begin(&first.lane.scope).await?;
    let accepted = record(&mut tx, &results).await?;
    for item in items {
        stop(context, &mut tx, item).await?;
    }
    tx.commit().await?;
    if accepted.is_empty() {
        return Ok(());
    }
    let parked = async {
        let mut tx = context.tenant_db().begin(&first.lane.scope).await?;
        apply_parked(&mut tx, context.now(), &accepted).await?;
        tx.commit().await
    };
    if let Err(error) = parked.await {
        tracing::warn!(%error, "early statuses wait for the sweep");
    }
    Ok(())
}

/// Stops what the answer says, once, and writes it down.
async fn stop(context: &Context, tx: &mut TenantTx, item: &Item) -> store::Result<()> {
    let (number, now) = (item.lane.key.phone_number_id, context.now());
    let entry = |action, target: String, details| audit::Entry {
        id: context.deps.ids.make(),
        at: now,
        action,
        target: Some(target),
        details,
    };
    match &item.stop {
        None => {}
        Some(Stop::Number(why)) => {
            let class_name: &str = why.class.into();
            for paused in pause(tx, number, why, now).await? {
                tracing::warn!(number = %paused, class = class_name, "a number was paused");
                let details = json!({ "class": why.class });
                audit::append(
                    tx,
                    &item.lane.scope,
                    &entry("number.pause", paused.to_string(), details),
                )
                .await?;
            }
        }
        Some(Stop::Template(why)) => {
            if let Some(stopped) = stop_template(tx, number, why, now).await? {
                tracing::warn!(template = %stopped, "a template was stopped");
                let details = json!({ "number": number });
                audit::append(
                    tx,
                    &item.lane.scope,
                    &entry("template.stop", stopped.to_string(), details),
                )
                .await?;
            }
        }
    }
    Ok(())
}

//! Records outcomes: as many as are there, one transaction per tenant, then the statuses that came early.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use store::delivery::{AttemptResult, apply_parked, pause, record};
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
    /// Why the number must be paused.
    pub(crate) pause: Option<String>,
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
            }
        }
    }
}

fn close(context: &Context, item: &Item) {
    if item.pause.is_some() {
        item.lane.rest(0);
    }
    if item.lane.close(item.result.attempt_id) {
        context.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Tries again for as long as the failure may pass by itself; recording twice is harmless.
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
    let pauses: BTreeMap<_, _> = items
        .iter()
        .filter_map(|item| Some((item.lane.key.phone_number_id, item.pause.as_ref()?)))
        .collect();
    for (number, reason) in pauses {
        pause(&mut tx, number, reason, context.now()).await?;
        tracing::warn!(%number, "a number was paused");
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

//! The small jobs that wait for a provider or a mail server: claimed by lease, bounded at once and per tenant, retried with patience.

mod fetch_media;
mod mark_read;
mod send_mail;

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use domain::{
    TenantId,
    ports::{FaultClass, ProviderFault},
};
use futures::FutureExt;
use store::{
    TenantScope,
    jobs::{Job, JobKind},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::context::Context;

/// How long a job is ours; a crashed process's jobs stand still this long.
const LEASE: Duration = Duration::from_secs(120);
/// How long a job may take: less than the lease, so that it never runs twice at once.
const TIME_OUT: Duration = Duration::from_secs(100);
/// Tries before a job is given up.
const TRIES_MAX: u32 = 10;
/// Longest wait between tries.
const WAIT_MAX: time::Duration = time::Duration::minutes(10);

/// How a try ended.
pub(crate) enum End {
    /// Done, or nothing to do.
    Done,
    /// It may work later.
    Later(String),
    /// It never will.
    Never(String),
}

pub(crate) async fn run(context: Arc<Context>, stop: CancellationToken) {
    let mut running = JoinSet::new();
    let mut per_tenant: HashMap<TenantId, u32> = HashMap::new();
    while !stop.is_cancelled() {
        let full = claim(&context, &mut running, &mut per_tenant).await;
        if full && running.len() < usize::try_from(context.config.jobs_max).unwrap_or(usize::MAX) {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = context.hints.jobs.notified() => {}
            () = tokio::time::sleep(context.config.poll) => {}
            Some(Ok(tenant)) = running.join_next() => ended(&mut per_tenant, tenant),
        }
        while let Some(Ok(tenant)) = running.try_join_next() {
            ended(&mut per_tenant, tenant);
        }
    }
    let _ = tokio::time::timeout(context.config.grace, async {
        while running.join_next().await.is_some() {}
    })
    .await;
}

fn ended(per_tenant: &mut HashMap<TenantId, u32>, tenant: TenantId) {
    if let Some(count) = per_tenant.get_mut(&tenant) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            per_tenant.remove(&tenant);
        }
    }
}

/// Claims what there is room for; true when there may be more. A tenant that holds half of the room waits.
async fn claim(
    context: &Arc<Context>,
    running: &mut JoinSet<TenantId>,
    per_tenant: &mut HashMap<TenantId, u32>,
) -> bool {
    let room = context
        .config
        .jobs_max
        .saturating_sub(u32::try_from(running.len()).unwrap_or(u32::MAX));
    let limit = room.min((context.config.jobs_max / 2).max(1));
    if limit == 0 {
        return false;
    }
    let most = (context.config.jobs_max / 2).max(1);
    let busy: Vec<_> = per_tenant
        .iter()
        .filter(|(_, count)| **count >= most)
        .map(|(tenant, _)| *tenant)
        .collect();
    let db = context.delivery_db();
    let claimed = db
        .claim_jobs(
            context.tenant_db(),
            context.owner,
            context.now(),
            LEASE,
            limit,
            &busy,
        )
        .await;
    let claimed = match claimed {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::warn!(%error, "jobs could not be claimed");
            return false;
        }
    };
    let full = u32::try_from(claimed.len()).is_ok_and(|count| count == limit);
    for (scope, job) in claimed {
        *per_tenant.entry(job.tenant_id).or_default() += 1;
        let context = Arc::clone(context);
        running.spawn(async move {
            one(&context, &scope, &job).await;
            job.tenant_id
        });
    }
    full
}

async fn one(context: &Context, scope: &TenantScope, job: &Job) {
    let handled = AssertUnwindSafe(tokio::time::timeout(TIME_OUT, handle(context, scope, job)))
        .catch_unwind()
        .await;
    let end = match handled {
        Ok(Ok(Ok(end))) => end,
        Ok(Ok(Err(error))) => End::Later(error.to_string()),
        Ok(Err(_)) => End::Later("It took too long.".into()),
        Err(_) => End::Later("The handler failed.".into()),
    };
    let end = match end {
        End::Later(why) if job.attempts >= TRIES_MAX => {
            End::Never(format!("Given up after {TRIES_MAX} tries. {why}"))
        }
        end => end,
    };
    metrics::counter!("delivery_jobs_total", "kind" => job.kind.name(), "end" => name(&end)).increment(1);
    if let Err(error) = settle(context, scope, job, end).await {
        tracing::warn!(%error, job = %job.id, "a job's end could not be recorded; it comes round again");
    }
}

async fn handle(context: &Context, scope: &TenantScope, job: &Job) -> store::Result<End> {
    match job.kind {
        JobKind::FetchMedia => fetch_media::run(context, scope, job).await,
        JobKind::MarkRead => mark_read::run(context, scope, job).await,
        JobKind::SendMail => send_mail::run(context, scope, job).await,
    }
}

async fn settle(context: &Context, scope: &TenantScope, job: &Job, end: End) -> store::Result<()> {
    let db = context.delivery_db();
    match end {
        End::Done => db.finish_job(context.owner, job).await,
        End::Later(why) => {
            tracing::info!(job = %job.id, kind = job.kind.name(), attempt = job.attempts, why, "a job goes again later");
            let longest = (time::Duration::SECOND * 3_i32.saturating_pow(job.attempts.min(10))).min(WAIT_MAX);
            let run_at = context.now() + longest * context.deps.ids.fraction();
            db.retry_job(context.owner, job, Some(run_at), &why).await
        }
        End::Never(why) => {
            tracing::warn!(job = %job.id, kind = job.kind.name(), why, "a job was given up");
            match job.kind {
                JobKind::FetchMedia => {
                    fetch_media::give_up(context, scope, job, &why).await?;
                    db.retry_job(context.owner, job, None, &why).await
                }
                // A receipt that comes hours late tells the customer nothing.
                JobKind::MarkRead => db.finish_job(context.owner, job).await,
                JobKind::SendMail => {
                    send_mail::give_up(context, scope, job, &why).await?;
                    db.retry_job(context.owner, job, None, &why).await
                }
            }
        }
    }
}

/// Sorts a provider's failure of a call that sends no message.
fn failed(fault: &ProviderFault) -> End {
    let passing = matches!(
        fault.class,
        FaultClass::Network
            | FaultClass::ProviderDown
            | FaultClass::Token
            | FaultClass::Payment
            | FaultClass::Other
    );
    if passing || fault.class.machine_may_retry() {
        return End::Later(fault.to_string());
    }
    End::Never(fault.to_string())
}

const fn name(end: &End) -> &'static str {
    match end {
        End::Done => "done",
        End::Later(_) => "later",
        End::Never(_) => "never",
    }
}

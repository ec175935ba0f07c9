//! Follows the raw log: one task per stream, each with its own cursor.

mod accounts;
mod apply;
mod customers;
mod lane;
mod log;
mod messages;
mod parsed;
mod people;
pub(crate) mod replay;
mod reunite;
mod revisions;
mod statuses;
mod wishes;

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Config, Deps, handoff::Registry};

/// How often new streams of other processes are looked for.
const DISCOVER_EVERY: Duration = Duration::from_millis(500);
/// How often statuses that a crash left parked are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(15);
/// Parked statuses of one sweep.
const SWEEP_MAX: i64 = 500;

pub(crate) fn start(
    deps: Deps,
    config: Config,
    handoff: Registry,
    shutdown: &CancellationToken,
    tracker: &TaskTracker,
) {
    tracker.spawn(discover(
        deps.clone(),
        config,
        handoff,
        shutdown.clone(),
        tracker.clone(),
    ));
    tracker.spawn(sweep(deps, shutdown.clone()));
}

/// Follows every free cursor to the end of its stream, once.
pub(crate) async fn catch_up(deps: Deps, config: Config) -> Result<(), store::Error> {
    for stream in deps.db.ingest_streams().await? {
        let shutdown = CancellationToken::new();
        let lane = lane::Lane::new(
            deps.clone(),
            config.clone(),
            Registry::default(),
            shutdown,
            stream,
        );
        lane.run_to_end().await?;
    }
    let keys = deps.db.due_parked(deps.clock.now(), SWEEP_MAX).await?;
    statuses::apply_parked(&deps, &keys.into_iter().collect()).await
}

/// Starts a lane for every stream that has none yet.
async fn discover(
    deps: Deps,
    config: Config,
    handoff: Registry,
    shutdown: CancellationToken,
    tracker: TaskTracker,
) {
    loop {
        match deps.db.ingest_streams().await {
            Ok(streams) => {
                for stream in streams
                    .into_iter()
                    .filter(|stream| !handoff.is_normalized_here(*stream))
                {
                    let lane = lane::Lane::new(
                        deps.clone(),
                        config.clone(),
                        handoff.clone(),
                        shutdown.clone(),
                        stream,
                    );
                    tracker.spawn(lane.run());
                }
            }
            Err(error) => tracing::warn!(%error, "the streams of the raw log can't be listed; trying again"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = handoff.opened() => {}
            () = sleep(DISCOVER_EVERY) => {}
        }
    }
}

/// Applies what a crash between a batch and its second transaction left parked.
async fn sweep(deps: Deps, shutdown: CancellationToken) {
    loop {
        let swept = match deps.db.due_parked(deps.clock.now(), SWEEP_MAX).await {
            Ok(keys) => statuses::apply_parked(&deps, &keys.into_iter().collect()).await,
            Err(error) => Err(error),
        };
        if let Err(error) = swept {
            tracing::warn!(%error, "parked statuses can't be looked through; trying again");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sleep(SWEEP_EVERY) => {}
        }
    }
}

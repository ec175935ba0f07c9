//! Two-stage shutdown: first finish what is under way, then cut it short.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long tasks may take to finish what is under way.
pub const GRACE: Duration = Duration::from_secs(20);
/// How long tasks may take to end once they are cut short.
const LAST_MOMENT: Duration = Duration::from_secs(3);

/// Tells every task when to finish and when to drop everything, and knows when all have ended.
#[derive(Clone, Debug)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

/// How the shutdown went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every task finished by itself.
    Clean,
    /// Tasks were cut short by a second signal or the time limit.
    Forced,
}

impl Shutdown {
    /// Nothing is stopping yet.
    pub fn new() -> Self {
        let hard = CancellationToken::new();
        Self {
            soft: CancellationToken::new(),
            hard,
            tasks: TaskTracker::new(),
        }
    }

    /// Cancelled first: take no new work, finish what is under way.
    pub fn soft(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Cancelled last: drop everything.
    pub fn hard(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Runs a task whose end is awaited at shutdown; at the hard stage it is dropped where it stands. When it ends
    /// with an error, or before any shutdown, the whole program shuts down: a role that is gone must not go unseen.
    pub fn spawn<F, E>(&self, name: &'static str, task: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: std::fmt::Display + Send,
    {
        let (soft, hard) = (self.soft.clone(), self.hard.clone());
        self.tasks.spawn(async move {
            let guard = soft.clone().drop_guard();
            match hard.run_until_cancelled_owned(task).await {
                Some(Ok(())) if soft.is_cancelled() => {
                    guard.disarm();
                }
                Some(Ok(())) => tracing::error!(task = name, "a task ended by itself; shutting down"),
                Some(Err(error)) => tracing::error!(task = name, %error, "a task failed; shutting down"),
                None => tracing::warn!(task = name, "a task was cut short"),
            }
        });
    }

    /// Waits for the first SIGINT or SIGTERM, or for a task that cancels the soft token, then for all tasks: until a second
    /// signal or 20 s, then cut short.
    pub async fn run(self) -> std::io::Result<Outcome> {
        let mut signals = Signals::new()?;
        tokio::select! {
            () = signals.next() => tracing::info!("stopping: finishing what is under way; a second signal stops at once"),
            () = self.soft.cancelled() => {}
        }
        Ok(self.finish(signals.next()).await)
    }

    async fn finish(self, second: impl Future<Output = ()>) -> Outcome {
        self.soft.cancel();
        self.tasks.close();
        let why = tokio::select! {
            () = self.tasks.wait() => return Outcome::Clean,
            () = second => "second signal",
            () = tokio::time::sleep(GRACE) => "time limit",
        };
        tracing::warn!(why, tasks = self.tasks.len(), "stopping at once");
        self.hard.cancel();
        let _ = tokio::time::timeout(LAST_MOMENT, self.tasks.wait()).await;
        Outcome::Forced
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tasks_finish_by_themselves_when_they_heed_the_first_stage() {
        let shutdown = Shutdown::new();
        let soft = shutdown.soft();
        shutdown.spawn("heeds", async move {
            soft.cancelled().await;
            Ok::<(), Infallible>(())
        });
        assert_eq!(shutdown.finish(pending()).await, Outcome::Clean);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deaf_task_is_cut_short_after_the_grace_or_at_once() {
        for second in [false, true] {
            let shutdown = Shutdown::new();
            shutdown.spawn("deaf", pending::<Result<(), Infallible>>());
            let begun = tokio::time::Instant::now();
            let signal = async move {
                if second {
                    tokio::task::yield_now().await
                } else {
                    pending().await
                }
            };
            assert_eq!(shutdown.finish(signal).await, Outcome::Forced);
            assert_eq!(begun.elapsed() >= GRACE, !second);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_fails_stops_the_program() {
        let shutdown = Shutdown::new();
        shutdown.spawn("fails", async { Err::<(), _>("no database") });
        assert_eq!(shutdown.run().await.ok(), Some(Outcome::Clean));
    }
}

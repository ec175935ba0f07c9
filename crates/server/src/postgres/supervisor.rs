use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use url::form_urlencoded::byte_serialize;

use super::Options;
use super::cluster::Cluster;
use super::error::Error;
use super::layout::PORT;
use super::process::signal;

const START_POLL: Duration = Duration::from_millis(5);
const WATCH_POLL: Duration = Duration::from_millis(50);
/// Crash recovery replays at most `max_wal_size`, but on a slow disk that takes minutes.
const READY_LIMIT: Duration = Duration::from_secs(600);
/// A server that was ready for this long was healthy: the count of failed starts begins anew.
const HEALTHY: Duration = Duration::from_secs(1);
const MAX_FAILED_STARTS: u32 = 6;
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LAST_BACKOFF: Duration = Duration::from_secs(2);
/// Fast shutdown (SIGINT) may take this long before the immediate one (SIGQUIT), which recovers at the next start.
const FAST_STOP: Duration = Duration::from_secs(20);
const IMMEDIATE_STOP: Duration = Duration::from_secs(5);
/// Watch rounds between two looks at the log's size.
const LOG_ROUNDS: u32 = 200;

/// What the embedded PostgreSQL is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The first start is under way.
    Starting,
    /// It takes connections.
    Ready,
    /// It died and is being started again; the number counts failed starts in a row.
    Restarting(u32),
    /// It will not be started again; the text says why and what to do.
    Failed(String),
    /// It was stopped on request.
    Stopped,
}

/// Starts the embedded PostgreSQL.
#[derive(Debug)]
pub struct Supervisor;

/// A supervised PostgreSQL; dropping it asks for a stop without waiting.
#[derive(Debug)]
pub struct Running {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
    state: watch::Receiver<State>,
    password: SecretString,
    socket_dir: PathBuf,
}

struct Started {
    password: SecretString,
    socket_dir: PathBuf,
}

impl Supervisor {
    /// Prepares the data folder and returns once PostgreSQL takes connections; blocks, so call it before the runtime
    /// starts or through `spawn_blocking`. Any thread may call it: the server belongs to a thread of its own.
    pub fn start(options: &Options) -> Result<Running, Error> {
        let (stop, stops) = channel();
        let (started, start) = sync_channel(1);
        let (states, state) = watch::channel(State::Starting);
        let folder = options.data_dir.clone();
        let options = options.clone();
        let thread = std::thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || match Cluster::prepare(&options) {
                Ok(cluster) => Keeper {
                    cluster,
                    stops,
                    states,
                    started: Some(started),
                }
                .keep(),
                Err(error) => drop(started.send(Err(error))),
            })
            .map_err(|source| Error::Io {
                doing: "start a thread for",
                path: folder,
                source,
            })?;
        let Started { password, socket_dir } = start.recv().unwrap_or(Err(Error::Stopped))?;
        Ok(Running {
            stop,
            thread: Some(thread),
            state,
            password,
            socket_dir,
        })
    }
}

impl Running {
    /// Connection URL of the superuser `postgres` on the database `postgres`.
    pub fn superuser_url(&self) -> SecretString {
        self.url("postgres", &self.password, "postgres")
    }

    /// Connection URL over the socket for any role and database.
    pub fn url(&self, role: &str, password: &SecretString, database: &str) -> SecretString {
        let encode = |text: &str| {
            byte_serialize(text.as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        };
        SecretString::from(format!(
            "postgres://{}:{}@localhost:{PORT}/{}?host={}",
            encode(role),
            encode(password.expose_secret()),
            encode(database),
            encode(&self.socket_dir.to_string_lossy()),
        ))
    }

    /// The folder that holds the socket.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The port in the socket's name; nothing listens on the network.
    pub fn port(&self) -> u16 {
        PORT
    }

    /// What PostgreSQL is doing, now and from now on.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Stops PostgreSQL and waits for its end: fast shutdown, then the immediate one after 20 s. Blocks.
    pub fn stop(mut self) {
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Keeper {
    cluster: Cluster,
    stops: Receiver<()>,
    states: watch::Sender<State>,
    started: Option<SyncSender<Result<Started, Error>>>,
}

enum End {
    Asked,
    /// How it ended, and whether it had been healthy before.
    Died(String, bool),
}

impl Keeper {
    fn keep(mut self) {
        let mut failed = 0;
        loop {
            let (outcome, healthy) = match self.run() {
                Ok(End::Asked) => {
                    self.states.send_replace(State::Stopped);
                    return;
                }
                Ok(End::Died(outcome, healthy)) => (outcome, healthy),
                Err(error) => (error.to_string(), false),
            };
            failed = if healthy { 1 } else { failed + 1 };
            if failed >= MAX_FAILED_STARTS {
                self.give_up(failed, outcome);
                return;
            }
            tracing::warn!(%outcome, failed, log = %self.cluster.log.path().display(), "PostgreSQL ended; starting it again");
            self.states.send_replace(State::Restarting(failed));
            let backoff = FIRST_BACKOFF.saturating_mul(1 << (failed - 1)).min(LAST_BACKOFF);
            if self.asked_to_stop(backoff) {
                self.states.send_replace(State::Stopped);
                return;
            }
        }
    }

    fn run(&mut self) -> Result<End, Error> {
        let mut child = self.cluster.spawn()?;
        let begun = Instant::now();
        while !self.cluster.is_ready(&child) {
            if let Some(outcome) = ended(&mut child) {
                return Ok(End::Died(outcome, false));
            }
            if begun.elapsed() > READY_LIMIT {
                halt(&mut child);
                return Ok(End::Died(
                    format!("not ready within {} s", READY_LIMIT.as_secs()),
                    false,
                ));
            }
            if self.asked_to_stop(START_POLL) {
                halt(&mut child);
                return Ok(End::Asked);
            }
        }
        tracing::info!(
            pid = child.id(),
            ready_after_ms = begun.elapsed().as_millis(),
            "PostgreSQL is ready"
        );
        self.announce();
        Ok(self.watch(&mut child))
    }

    fn announce(&mut self) {
        self.states.send_replace(State::Ready);
        if let Some(started) = self.started.take() {
            let password = self.cluster.password.clone();
            let socket_dir = self.cluster.socket_dir.clone();
            let _ = started.send(Ok(Started { password, socket_dir }));
        }
    }

    fn watch(&self, child: &mut Child) -> End {
        let ready = Instant::now();
        let mut rounds = 0_u32;
        loop {
            if self.asked_to_stop(WATCH_POLL) {
                halt(child);
                return End::Asked;
            }
            if let Some(outcome) = ended(child) {
                return End::Died(outcome, ready.elapsed() > HEALTHY);
            }
            rounds = rounds.wrapping_add(1);
            if rounds.is_multiple_of(LOG_ROUNDS) {
                self.cluster.log.bound();
            }
        }
    }

    fn give_up(&mut self, attempts: u32, outcome: String) {
        let log = self.cluster.log.path().to_owned();
        let error = Error::GaveUp {
            attempts,
            outcome,
            log,
            tail: self.cluster.log.tail(),
        };
        tracing::error!(%error, "PostgreSQL stays down");
        self.states.send_replace(State::Failed(error.to_string()));
        if let Some(started) = self.started.take() {
            let _ = started.send(Err(error));
        }
    }

    /// Waits for at most `limit`; true when a stop was asked for, or nobody is left who could ask.
    fn asked_to_stop(&self, limit: Duration) -> bool {
        match self.stops.recv_timeout(limit) {
            Ok(()) => true,
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        }
    }
}

fn ended(child: &mut Child) -> Option<String> {
    match child.try_wait() {
        Ok(None) => None,
        Ok(Some(status)) => Some(status.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

fn halt(child: &mut Child) {
    for (how, limit) in [
        (libc::SIGINT, FAST_STOP),
        (libc::SIGQUIT, IMMEDIATE_STOP),
        (libc::SIGKILL, IMMEDIATE_STOP),
    ] {
        signal(child.id(), how);
        let begun = Instant::now();
        while begun.elapsed() < limit {
            if ended(child).is_some() {
                return;
            }
            std::thread::sleep(START_POLL);
        }
        tracing::warn!(pid = child.id(), "PostgreSQL does not stop; asking harder");
    }
}

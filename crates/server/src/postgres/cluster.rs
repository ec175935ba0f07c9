use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use secrecy::SecretString;

use super::binaries::Binaries;
use super::error::{At, Error};
use super::layout::Layout;
use super::lock::DataLock;
use super::log::Log;
use super::process::{Identity, command, signal};
use super::{Options, identity};

const INITDB_LIMIT: Duration = Duration::from_secs(180);
/// How long a PostgreSQL of an earlier run may take to stop: a fast shutdown writes a checkpoint.
const PREDECESSOR_LIMIT: Duration = Duration::from_secs(60);
/// After this it is told to stop at once (SIGQUIT), which recovers at the next start.
const PREDECESSOR_PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);

/// A database folder that is locked, initialised and free, with all that a start of PostgreSQL needs.
#[derive(Debug)]
pub struct Cluster {
    pub layout: Layout,
    pub binaries: Binaries,
    pub identity: Identity,
    pub log: Log,
    pub socket_dir: PathBuf,
    pub password: SecretString,
    pub settings: Vec<(String, String)>,
    _lock: DataLock,
}

impl Cluster {
    /// Locks the data folder, checks versions and owner, waits out an earlier run's PostgreSQL and runs initdb where
    /// there is no database yet.
    pub fn prepare(options: &Options) -> Result<Self, Error> {
        let layout = Layout::open(&options.data_dir)?;
        let lock = DataLock::acquire(&layout.root)?;
        layout.sweep()?;
        let found = layout.version();
        let binaries = Binaries::find(options.bin_dir.as_deref(), found.as_deref())?;
        if let Some(found) = found.filter(|found| *found != binaries.major) {
            let (bin, have) = (binaries.dir, binaries.major);
            return Err(Error::Version {
                folder: layout.pgdata,
                found,
                bin,
                have,
            });
        }
        let identity = identity::choose(&binaries, &layout)?;
        let log = Log::new(layout.log());
        let password = layout.password(identity)?;
        let socket_dir = layout.socket_dir(identity)?;
        let settings = options.settings();
        let cluster = Self {
            layout,
            binaries,
            identity,
            log,
            socket_dir,
            password,
            settings,
            _lock: lock,
        };
        if cluster.layout.version().is_some() {
            cluster.wait_for_predecessor()?;
        } else {
            cluster.initdb()?;
        }
        Ok(cluster)
    }

    /// Starts the postmaster; it is asked to stop (SIGINT, fast shutdown) when the calling thread ends.
    pub fn spawn(&self) -> Result<Child, Error> {
        self.log.bound();
        let log = self.log.open()?;
        let program = self.binaries.program("postgres");
        let mut postgres = command(&program, self.identity, libc::SIGINT);
        postgres
            .arg("-D")
            .arg(&self.layout.pgdata)
            .arg("-k")
            .arg(&self.socket_dir);
        for (name, value) in &self.settings {
            postgres.arg("-c").arg(format!("{name}={value}"));
        }
        let errors = log.try_clone().at("open", self.log.path())?;
        postgres.stdout(log).stderr(errors).spawn().at("start", &program)
    }

    /// True once postmaster.pid names this child (line 1) as ready (line 8).
    pub fn is_ready(&self, child: &Child) -> bool {
        let Ok(text) = fs::read_to_string(self.layout.pgdata.join("postmaster.pid")) else {
            return false;
        };
        let mut lines = text.lines();
        let pid = lines.next().and_then(|line| line.trim().parse().ok());
        pid == Some(child.id()) && lines.nth(6).is_some_and(|line| line.trim() == "ready")
    }

    fn initdb(&self) -> Result<(), Error> {
        let fresh = self.layout.fresh(self.identity)?;
        let log = self.log.open()?;
        let program = self.binaries.program("initdb");
        let errors = log.try_clone().at("open", self.log.path())?;
        let mut child = command(&program, self.identity, libc::SIGKILL)
            .arg("-D")
            .arg(&fresh)
            .args([
                "-U",
                "postgres",
                "-A",
                "scram-sha-256",
                "-E",
                "UTF8",
                "--no-instructions",
                "--data-checksums",
            ])
            .arg(format!("--pwfile={}", self.layout.password_file().display()))
            .stdout(log)
            .stderr(errors)
            .spawn()
            .at("start", &program)?;
        let begun = Instant::now();
        let outcome = loop {
            match child.try_wait().at("wait for", &program)? {
                Some(status) if status.success() => return self.layout.adopt(&fresh),
                Some(status) => break status.to_string(),
                None if begun.elapsed() > INITDB_LIMIT => {
                    let _ = child.kill();
                    let _ = child.wait();
                    break format!("not done within {} s", INITDB_LIMIT.as_secs());
                }
                None => std::thread::sleep(POLL),
            }
        };
        let _ = fs::remove_dir_all(&fresh);
        Err(Error::Initdb {
            folder: self.layout.root.clone(),
            outcome,
            log: self.log.path().to_owned(),
            tail: self.log.tail(),
        })
    }

    /// An earlier run that was killed leaves a PostgreSQL that is still stopping: it is asked once more, and awaited.
    fn wait_for_predecessor(&self) -> Result<(), Error> {
        let file = self.layout.pgdata.join("postmaster.pid");
        let begun = Instant::now();
        let mut demands = [
            (Duration::ZERO, libc::SIGINT),
            (PREDECESSOR_PATIENCE, libc::SIGQUIT),
        ]
        .into_iter()
        .peekable();
        while let Some(pid) = running(&file, &self.layout.pgdata) {
            if let Some((_, demand)) = demands.next_if(|(after, _)| begun.elapsed() >= *after) {
                tracing::info!(
                    pid,
                    demand,
                    "waiting for the PostgreSQL of an earlier run to stop"
                );
                signal(pid, demand);
            }
            if begun.elapsed() > PREDECESSOR_LIMIT {
                let seconds = PREDECESSOR_LIMIT.as_secs();
                return Err(Error::Predecessor {
                    folder: self.layout.pgdata.clone(),
                    pid,
                    seconds,
                });
            }
            std::thread::sleep(POLL);
        }
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).at("remove", &file),
            _ => Ok(()),
        }
    }
}

/// The pid in postmaster.pid, when that process is a PostgreSQL which works in `pgdata` (a pid may be taken again by
/// another program after a reboot).
fn running(file: &Path, pgdata: &Path) -> Option<u32> {
    let pid: u32 = fs::read_to_string(file)
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()?;
    if pid == std::process::id() {
        return None;
    }
    let process = Path::new("/proc").join(pid.to_string());
    let name = fs::read_to_string(process.join("comm")).ok()?;
    let state = fs::read_to_string(process.join("stat")).ok()?;
    let dead = state
        .rsplit(") ")
        .next()
        .is_some_and(|rest| rest.starts_with(['Z', 'X']));
    if dead || !name.trim().starts_with("postgres") {
        return None;
    }
    match fs::read_link(process.join("cwd")) {
        Ok(cwd) if cwd != pgdata => None,
        _ => Some(pid),
    }
}

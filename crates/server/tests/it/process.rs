//! Child processes of the binary, their folders and ports, and waiting for a condition.

use std::fs::{self, File, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait for anything; a passing run never comes near.
pub const DEADLINE: Duration = Duration::from_secs(60);
/// Between two looks.
pub const POLL: Duration = Duration::from_millis(10);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Looks until there is something to see.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(begun.elapsed() < DEADLINE, "waited too long: {what}");
        tokio::time::sleep(POLL).await;
    }
}

/// A folder that any user may enter, gone at the end; tests of one process take turns.
pub struct Scratch {
    pub dir: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Scratch {
    pub fn new(name: &str) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = std::env::temp_dir().join(format!("parlance-it-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        fs::set_permissions(&dir, Permissions::from_mode(0o755)).unwrap();
        Self { dir, _turn: turn }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// The first of `count` free ports in a row, below those that the system hands out by itself.
pub fn free_ports(count: u16) -> u16 {
    let first = 20_000 + u16::try_from(std::process::id() % 1_000).unwrap() * 8;
    let free = |base: &u16| (0..count).all(|step| TcpListener::bind(("127.0.0.1", base + step)).is_ok());
    (first..32_000)
        .step_by(8)
        .find(free)
        .expect("five free ports in a row")
}

/// The binary with these arguments and none of our own configuration.
pub fn parlance(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PARLANCE_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// A running binary; killed when dropped.
pub struct Program {
    child: Child,
    output: PathBuf,
}

impl Program {
    /// Starts it; what it writes is appended to `stdout.log` and `stderr.log` in `folder`.
    pub fn start(mut command: Command, folder: &Path) -> Self {
        let append = |name| {
            File::options()
                .create(true)
                .append(true)
                .open(folder.join(name))
                .unwrap()
        };
        let child = command
            .stdout(append("stdout.log"))
            .stderr(append("stderr.log"))
            .spawn()
            .unwrap();
        Self {
            child,
            output: folder.to_owned(),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Fails with what the program said last if it has ended.
    pub fn assert_runs(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            let said = fs::read_to_string(self.output.join("stderr.log")).unwrap_or_default();
            panic!("the program ended ({status}): {said}");
        }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; how it ended, and how long that took.
    pub async fn terminate(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        signal("TERM", self.pid());
        let status = eventually("the program's end", async || self.child.try_wait().unwrap()).await;
        (status, begun.elapsed())
    }

    /// Resident memory in MB.
    pub fn resident_mb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn signal(name: &str, pid: u32) {
    let kill = Command::new("/bin/sh")
        .args(["-c", &format!("kill -{name} {pid}")])
        .status();
    assert!(kill.unwrap().success(), "kill -{name} {pid}");
}

pub fn alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

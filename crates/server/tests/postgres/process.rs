//! A scratch folder, another process that runs the supervisor, and small questions to both.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use parlance_server::postgres::{Binaries, Options, Running, Supervisor};

/// Tells `supervised_process` that it is to be the other process, and where.
pub const FOLDER: &str = "PARLANCE_TEST_DATA_DIR";
/// Longest wait for another process; a passing run never comes near.
pub const DEADLINE: Duration = Duration::from_secs(30);

pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("parlance-pg-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        fs::set_permissions(&dir, Permissions::from_mode(0o755)).unwrap();
        Self(dir)
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

pub fn start(data: &Path) -> Running {
    Supervisor::start(&Options::new(data)).unwrap()
}

pub fn refusal(options: &Options) -> String {
    Supervisor::start(options).expect_err("a refusal").to_string()
}

pub fn query(url: &str, sql: &str) -> String {
    let psql = Binaries::find(None, None).unwrap().program("psql");
    let output = Command::new(psql)
        .args([url, "-X", "-Atq", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{sql}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub fn postmaster(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("pgdata/postmaster.pid"))
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

pub fn alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

pub fn kill(pid: u32) {
    assert!(
        Command::new("/bin/sh")
            .args(["-c", &format!("kill -9 {pid}")])
            .status()
            .unwrap()
            .success()
    );
}

/// Another process that runs the supervisor: this same test program, at `supervised_process`.
pub struct Other {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Other {
    pub fn start(program: &Path, data: &Path, uid: Option<u32>) -> Self {
        let mut command = Command::new(program);
        command
            .args(["--exact", "supervised_process", "--nocapture"])
            .env(FOLDER, data)
            .current_dir("/");
        if let Some(uid) = uid {
            command.uid(uid).gid(uid);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        Self { child, stdin }
    }

    /// The superuser's URL, once it is ready; or the refusal.
    pub fn outcome(&mut self) -> Result<String, String> {
        for line in BufReader::new(self.child.stdout.as_mut().unwrap()).lines() {
            let line = line.unwrap();
            // libtest writes the test's name in front of our first line.
            if let Some((_, url)) = line.split_once("READY ") {
                return Ok(url.to_owned());
            }
            if let Some((_, text)) = line.split_once("REFUSED ") {
                return Err(text.to_owned());
            }
        }
        Err("ended without a word".to_owned())
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn stop(mut self) {
        drop(self.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

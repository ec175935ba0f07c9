//! Child processes that may not outlive us: the only unsafe code of the program.
//! A child takes its identity, leaves our process group and asks the kernel for a signal when its parent thread ends.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// The account under which PostgreSQL runs; PostgreSQL itself refuses to run as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Our own account, which is not root.
    Own,
    /// Another account, taken by root before the program starts.
    User {
        /// Numeric user id.
        uid: u32,
        /// Numeric group id.
        gid: u32,
    },
    /// A user namespace in which root appears as user 1000; files stay root's.
    Namespace,
}

const NAMESPACE_MAP: &[u8] = b"1000 0 1\n";

/// Effective user id of this process.
pub fn effective_uid() -> u32 {
    // SAFETY: geteuid takes nothing, touches no memory and cannot fail.
    unsafe { libc::geteuid() }
}

/// Sends `signal` to `pid`; false when there is no such process or it is not ours to signal.
pub fn signal(pid: u32, signal: i32) -> bool {
    let Ok(pid) = i32::try_from(pid) else { return false };
    if pid <= 1 {
        return false;
    }
    // SAFETY: kill takes two integers and touches no memory of ours; pids 0, 1 and negative ones are refused above.
    unsafe { libc::kill(pid, signal) == 0 }
}

/// A command with an empty environment that runs as `identity` in its own process group and is sent `death_signal`
/// when the **thread** that spawns it ends (prctl(2), PR_SET_PDEATHSIG): spawn it from a thread that outlives it.
pub fn command(program: &Path, identity: Identity, death_signal: i32) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .env("PATH", "/usr/bin:/bin")
        .env("TZ", "UTC");
    command.current_dir("/").stdin(Stdio::null());
    if let Identity::User { uid, gid } = identity {
        command.uid(uid).gid(gid);
    }
    let parent = std::process::id();
    // SAFETY: the closure runs between fork and exec and calls async-signal-safe system calls only; it captures
    // integers, allocates nothing and takes no lock. std applies uid, gid and directory before it, so the death
    // signal is set last, after every change of credentials that would clear it.
    unsafe {
        command.pre_exec(move || {
            if libc::setpgid(0, 0) != 0 {
                return Err(io::Error::last_os_error());
            }
            if identity == Identity::Namespace {
                enter_namespace()?;
            }
            if libc::prctl(libc::PR_SET_PDEATHSIG, death_signal) != 0 {
                return Err(io::Error::last_os_error());
            }
            if u32::try_from(libc::getppid()) != Ok(parent) {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        });
    }
    command
}

fn enter_namespace() -> io::Result<()> {
    // SAFETY: unshare takes an integer; it runs in the single-threaded child of a fork, as CLONE_NEWUSER demands.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER) } != 0 {
        return Err(io::Error::last_os_error());
    }
    write_file(c"/proc/self/setgroups", b"deny")?;
    write_file(c"/proc/self/uid_map", NAMESPACE_MAP)?;
    write_file(c"/proc/self/gid_map", NAMESPACE_MAP)
}

fn write_file(path: &std::ffi::CStr, bytes: &[u8]) -> io::Result<()> {
    // SAFETY: `path` is a nul-terminated literal, `bytes` a live slice with its own length, and the descriptor is
    // closed on the only way out; open, write and close are async-signal-safe.
    unsafe {
        let file = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        let written = libc::write(file, bytes.as_ptr().cast(), bytes.len());
        let error = io::Error::last_os_error();
        libc::close(file);
        if usize::try_from(written) == Ok(bytes.len()) {
            Ok(())
        } else {
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Child;
    use std::sync::mpsc::channel;

    use super::*;

    fn sleeper() -> Child {
        command(Path::new("/bin/sleep"), Identity::Own, libc::SIGINT)
            .arg("600")
            .spawn()
            .unwrap()
    }

    #[test]
    fn the_death_signal_follows_the_thread_not_the_process() {
        let (release, held) = channel::<()>();
        let (send, children) = channel();
        let owner = std::thread::spawn({
            let send = send.clone();
            move || {
                send.send(sleeper()).unwrap();
                let _ = held.recv();
            }
        });
        let mut kept = children.recv().unwrap();
        let mut orphan = std::thread::spawn(sleeper).join().unwrap();
        assert_eq!(orphan.wait().unwrap().signal(), Some(libc::SIGINT));
        assert!(kept.try_wait().unwrap().is_none());
        drop(release);
        owner.join().unwrap();
        assert_eq!(kept.wait().unwrap().signal(), Some(libc::SIGINT));
    }

    #[test]
    fn init_and_process_groups_are_never_signalled() {
        assert!(!signal(0, 0) && !signal(1, 0) && !signal(u32::MAX, 0));
        assert!(signal(std::process::id(), 0));
    }
}

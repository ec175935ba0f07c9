use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded PostgreSQL is not there; every text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No PostgreSQL server programs anywhere we look.
    #[error(
        "PostgreSQL is not installed: looked for initdb and postgres in {looked}. Install it (Debian: apt-get install postgresql), set PG_BIN to the folder that holds them, or give PARLANCE_DATABASE_URL."
    )]
    NoBinaries {
        /// The folders that were searched.
        looked: String,
    },
    /// The data folder was made by another major version.
    #[error(
        "The database in {folder} was made by PostgreSQL {found}, but the programs in {bin} are PostgreSQL {have}: install PostgreSQL {found}, or set PG_BIN to it, or choose a new folder with PARLANCE_DATA_DIR."
    )]
    Version {
        /// The database folder.
        folder: PathBuf,
        /// Major version in the folder's PG_VERSION.
        found: String,
        /// Where the programs are.
        bin: PathBuf,
        /// Major version of the programs.
        have: String,
    },
    /// Another process holds the folder.
    #[error(
        "Another parlance (pid {pid}) uses the data folder {folder}: stop it, or choose another folder with PARLANCE_DATA_DIR."
    )]
    Locked {
        /// The data folder.
        folder: PathBuf,
        /// Process id of the holder, or "unknown".
        pid: String,
    },
    /// PostgreSQL cannot run under any account we could give it.
    #[error(
        "PostgreSQL does not run as root, and no other way worked for the data folder {folder} ({tried}): set PARLANCE_DATA_DIR to a folder that the user postgres can enter, such as /var/lib/parlance, or give PARLANCE_DATABASE_URL."
    )]
    NoIdentity {
        /// The data folder.
        folder: PathBuf,
        /// What was tried, each with its outcome.
        tried: String,
    },
    /// The data folder belongs to somebody else.
    #[error(
        "The database in {folder} belongs to user id {owner}, and we run as {we}: start as that user, or choose another folder with PARLANCE_DATA_DIR."
    )]
    Owner {
        /// The database folder.
        folder: PathBuf,
        /// Its owner's user id.
        owner: u32,
        /// Our user id.
        we: u32,
    },
    /// The superuser's password file is gone while the database is there.
    #[error(
        "The database in {folder} is there but {file} is missing: put the file back, or choose a new folder with PARLANCE_DATA_DIR."
    )]
    NoPassword {
        /// The database folder.
        folder: PathBuf,
        /// The password file.
        file: PathBuf,
    },
    /// The socket folder in the system's temporary folder is not ours.
    #[error(
        "The socket folder {folder} belongs to somebody else: remove it, or choose a shorter data folder with PARLANCE_DATA_DIR."
    )]
    SocketDir {
        /// The socket folder.
        folder: PathBuf,
    },
    /// A PostgreSQL of an earlier run is still on the folder and does not stop.
    #[error(
        "PostgreSQL (pid {pid}) of an earlier run still uses {folder} and did not stop within {seconds} s: stop it with `kill {pid}`, then start again."
    )]
    Predecessor {
        /// The database folder.
        folder: PathBuf,
        /// Its process id.
        pid: u32,
        /// How long was waited.
        seconds: u64,
    },
    /// initdb failed.
    #[error(
        "PostgreSQL could not make its database in {folder} ({outcome}). Its last words, from {log}:\n{tail}"
    )]
    Initdb {
        /// The data folder.
        folder: PathBuf,
        /// Exit status or time-out.
        outcome: String,
        /// The log file.
        log: PathBuf,
        /// Last lines of the log.
        tail: String,
    },
    /// PostgreSQL does not come up, or dies again and again.
    #[error(
        "PostgreSQL did not stay up after {attempts} starts ({outcome}). Its last words, from {log}:\n{tail}"
    )]
    GaveUp {
        /// How many starts in a row failed.
        attempts: u32,
        /// Exit status or time-out of the last one.
        outcome: String,
        /// The log file.
        log: PathBuf,
        /// Last lines of the log.
        tail: String,
    },
    /// The start was cut short by a stop.
    #[error("PostgreSQL was stopped before it was ready.")]
    Stopped,
    /// A file operation failed.
    #[error(
        "Cannot {doing} {path}: {source}. Check the folder's permissions and free space, or choose another with PARLANCE_DATA_DIR."
    )]
    Io {
        /// The verb.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// Attaches what was being done, and to which path, to a system error.
pub(super) trait At<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::Io {
            doing,
            path: path.to_owned(),
            source,
        })
    }
}

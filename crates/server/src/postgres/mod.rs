//! The embedded PostgreSQL: a private server over the machine's own programs, for `parlance dev`.
//!
//! It listens on a socket only, runs as an ordinary user, stops when we end however we end, and is started again when
//! it dies. One thread owns it from first start to last exit, because the kernel sends the death signal when the
//! spawning thread ends, not the process.

mod binaries;
mod cluster;
mod error;
mod identity;
mod layout;
mod lock;
mod log;
#[allow(unsafe_code)]
mod process;
mod supervisor;

use std::path::PathBuf;

pub use binaries::Binaries;
pub use error::Error;
pub use lock::DataLock;
pub use supervisor::{Running, State, Supervisor};

/// What the supervisor is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder; made where missing. The database lies in `pgdata` below it.
    pub data_dir: PathBuf,
    /// Folder of the PostgreSQL programs (`PG_BIN`); searched for when absent.
    pub bin_dir: Option<PathBuf>,
    /// Shared buffers in megabytes.
    pub shared_buffers_mb: u32,
    /// Most connections at a time, all roles together.
    pub max_connections: u32,
}

impl Options {
    /// The settings of a laptop: 128 MB of buffers, 200 connections, programs from `PG_BIN` or searched for.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            bin_dir: std::env::var_os("PG_BIN")
                .filter(|dir| !dir.is_empty())
                .map(PathBuf::from),
            shared_buffers_mb: 128,
            max_connections: 200,
        }
    }

    fn settings(&self) -> Vec<(String, String)> {
        let fixed = [
            ("listen_addresses", ""),
            ("unix_socket_permissions", "0700"),
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("synchronous_commit", "on"),
            ("wal_compression", "on"),
            ("max_wal_size", "2GB"),
            ("checkpoint_timeout", "15min"),
            ("jit", "off"),
            ("random_page_cost", "1.1"),
            ("log_line_prefix", "%m [%p] %u "),
            // Row values and statement texts may hold message bodies: neither reaches the log.
            ("log_error_verbosity", "terse"),
            ("log_min_error_statement", "panic"),
            ("log_checkpoints", "off"),
        ];
        let mut settings: Vec<(String, String)> = fixed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        settings.push(("port".to_owned(), layout::PORT.to_string()));
        settings.push((
            "shared_buffers".to_owned(),
            format!("{}MB", self.shared_buffers_mb),
        ));
        settings.push(("max_connections".to_owned(), self.max_connections.to_string()));
        settings
    }
}

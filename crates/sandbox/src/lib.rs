//! Outside the layers: the simulated WhatsApp.
//!
//! Its job is to be a faithful Graph API server with customers who answer: it accepts sends, enforces the provider's rules with its own
//! copy of them, posts signed webhooks and serves the phone page where a person plays the customer.
//!
//! It must never know any type, table or rule of the product it judges; the two meet over HTTP only.

mod clock;
mod control;
mod graph;
mod page;
mod rules;
mod server;
mod state;
mod webhooks;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

pub use clock::{Clock, SystemClock};
pub use server::{router, serve};
pub use state::Sandbox;

/// How one sandbox is started.
#[derive(Clone, Debug)]
pub struct Config {
    /// File that holds the state, one JSON line per changed row; media bytes go to a folder of the same name with `.media` appended.
    pub state_file: PathBuf,
    /// Address that clients use, such as `http://127.0.0.1:7423`; media URLs and the browser guard are made from it.
    pub public_url: String,
    /// Milliseconds that simulated time runs ahead of real time; only ever raised, shared with the product's domain clock.
    pub clock_offset: Arc<AtomicI64>,
    /// Seed of every generated id; the seed stored in the state file wins.
    pub seed: u64,
}

/// Why the sandbox could not start or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `Config::public_url` is not an absolute http URL.
    #[error("the sandbox address {0:?} is not an http URL; give one such as http://127.0.0.1:7423")]
    PublicUrl(String),
    /// The state file could not be read or written.
    #[error("cannot use the sandbox state file {path}: {source}; check the folder's owner and free space")]
    StateFile {
        /// File concerned.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The state file holds something this version cannot read.
    #[error(
        "the sandbox state file {path} cannot be read: {source}; move it away to start with an empty sandbox"
    )]
    StateFormat {
        /// File concerned.
        path: PathBuf,
        /// What the JSON parser said.
        source: serde_json::Error,
    },
}

//! The real binary in real processes: starts and ends, kills, webhooks, sends, replay, secrets, and the command line.

// Figures and the way of each message are printed, to be read when something fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod admin;
mod commands;
mod in_flight;
mod installation;
mod kills;
mod life;
mod load;
mod manifest;
mod payloads;
mod process;
mod replay;
mod secrets;
mod sends;
mod signatures;
mod stage;
mod wire;

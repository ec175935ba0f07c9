//! Whole calls against peers on raw sockets.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on should stop"
)]

mod failures;
mod guard;
mod wire;

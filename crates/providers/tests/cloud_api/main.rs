//! The Cloud API adapter at the wire.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test that can't go on should stop"
)]

mod bodies;
mod fields;
mod inbound;
mod manage;
mod management;
mod outcomes;
mod peer;
mod reads;
mod template_bodies;
mod tolerance;
mod webhooks;

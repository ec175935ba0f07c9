//! Delivery against a real database and a provider scripted at the port.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod breaker;
mod content;
mod hand_over;
mod jobs;
mod lanes;
mod ledger;
mod mail;
mod pairs;
mod peer;
mod provider;
mod scheduled;
mod simulation;
mod stage;
mod stops;

//! Gateway and normalizer against a real PostgreSQL, reached as the runtime roles.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::too_many_lines
)]

mod adapter;
mod body;
mod gateway;
mod normalizer;
mod order;
mod reopen;
mod scene;
mod story;
mod told;

//! Both surfaces over HTTP as their callers see them: who may do what, what stays apart, and what the answers say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod admin_breaker;
mod api_keys;
mod breaker;
mod connections;
mod consents;
mod document;
mod entitlements;
mod error_codes;
mod hostile;
mod inbox;
mod kinds;
mod leavers;
mod limits;
mod media;
mod pages;
mod passwords;
mod permissions;
mod probes;
mod provider;
mod queue;
mod sending;
mod settings;
mod sign_in;
mod stage;
mod stops;
mod stream;
mod suspension;
mod team;

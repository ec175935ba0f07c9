//! Dev-only: a database per test cloned from a migrated template, connections as the runtime roles (never as
//! superuser), and fixtures of two tenants. Never part of the shipped binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]

mod database;
mod fixture;
mod keys;
mod rows;
mod sql;
mod superuser;

pub use database::{EmptyDb, TestDb};
pub use fixture::{AppFixture, TenantFixture};
pub use keys::TestKeys;
pub use rows::RowsFixture;
pub use superuser::Superuser;

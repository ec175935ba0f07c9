//! The promises that the database keeps, tried as the runtime roles: nothing here trusts the code above the tables.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod aborts;
mod backup;
mod catalogue;
mod classes;
mod days;
mod directory;
mod idempotency;
mod isolation;
mod migrations;
mod outbox;
mod plans;
mod positions;
mod rotation;
mod seals;
mod session;
mod upgrade;
mod vault;
mod views;
mod ways_in;

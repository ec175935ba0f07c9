//! Delivery against a real database and a provider scripted at the port.

mod jobs;
mod lanes;
mod ledger;
mod provider;
mod simulation;
mod stage;

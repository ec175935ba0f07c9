//! Layer: data. The only crate that knows SQL: migrations, roles, scopes and transactions, outbox, audit, leases, and
//! one module per aggregate. Tenant data is reached through a [`TenantTx`] only, which comes from a scope, which comes
//! from what read the proof. It must never know HTTP, a provider or a product rule.

pub mod access;
pub mod audit;
pub mod connections;
pub mod consents;
pub mod contacts;
pub mod conversations;
pub mod delivery;
pub mod entitlements;
pub mod error;
pub mod idempotency;
pub mod ingest;
pub mod invitations;
pub mod jobs;
pub mod mails;
pub mod media;
pub mod members;
pub mod messages;
pub mod numbers;
pub mod outbox;
pub mod page;
pub mod platform;
pub mod pool;
pub mod positions;
pub mod retention;
pub mod roles;
pub mod scope;
pub mod settings;
pub mod setup;
pub mod templates;
pub mod tx;
pub mod vault;

pub use error::{Error, Result};
pub use pool::{DeliveryDb, EventsDb, IngestDb, PlatformDb, TenantDb, UpkeepDb};
pub use scope::{Actor, TenantScope, TenantSummary};
pub use tx::{PlatformTx, SetTx, TenantTx};

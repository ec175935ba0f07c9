//! Layer 5: adapters that speak a provider's API behind the ports of `domain`, one module each.
//! They must never know a tenant, a database, a queue or another adapter; whether a call is repeated is not theirs to say.

pub mod cloud_api;

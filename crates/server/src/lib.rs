//! Layer: the composition root behind the one binary, `parlance`.
//!
//! Its job: read the configuration, start the database where it is embedded, put concrete providers, backends and
//! clocks behind the ports, run the roles and stop them in two stages. It must never hold a product rule, a query or
//! a provider's wire format.

pub mod cli;
pub mod clock;
pub mod compose;
pub mod config;
pub mod dev;
mod limits;
pub mod logging;
mod mail;
pub mod postgres;
pub mod shutdown;

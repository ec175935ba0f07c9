//! Sending: the pure decision, then one transaction with message, ledger row, audit entry and event.

mod draft;
pub mod explain;
mod send;
mod typing;

pub use draft::{NewContent, SendMedia};
pub use send::{Outcome, SendRequest, Sent, refusal};

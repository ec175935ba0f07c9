//! Sending: the pure decision, then one transaction with message, ledger row, audit entry and event.

mod draft;
pub mod explain;
mod send;

pub use send::{NewContent, Outcome, SendRequest, Sent, refusal};

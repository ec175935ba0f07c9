//! Sending: the pure decision, then one transaction with message, ledger row, audit entry and event.

mod cancel;
mod draft;
pub mod explain;
mod recipient;
mod send;
mod typing;
mod waits;

pub use draft::{NewContent, SendMedia};
pub use send::{Outcome, SendRequest, Sent, refusal};
pub(crate) use send::{check_key, key_reused};
pub use waits::{WaitReason, WaitView, waiting};

//! Sending, and the ledger of a message.

mod cancel;
mod get;
mod send;
mod send_again;

pub use cancel::*;
pub use get::*;
pub use send::*;
pub use send_again::*;

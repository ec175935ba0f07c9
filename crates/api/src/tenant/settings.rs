//! What a tenant says of itself.

mod change;
mod get;

pub use change::*;
pub use get::*;

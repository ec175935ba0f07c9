//! The tenant's audit log.

mod export;
mod list;

pub use export::*;
pub use list::*;

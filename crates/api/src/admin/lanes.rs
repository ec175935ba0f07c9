//! Lanes of every tenant, in counts.

mod list;

pub use list::*;

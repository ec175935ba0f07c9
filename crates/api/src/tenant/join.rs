//! The way in for who was invited: known by the link of a mail, no tenant before it.

mod accept;
mod open;

pub use accept::*;
pub use open::*;

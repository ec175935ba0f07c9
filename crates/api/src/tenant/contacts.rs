//! Contacts.

mod get;
mod list;

pub use get::*;
pub use list::*;

//! Contacts.

mod consents;
mod get;
mod list;
mod record_consent;

pub use consents::*;
pub use get::*;
pub use list::*;
pub use record_consent::*;

//! Contacts.

mod consents;
mod get;
mod list;
mod record_consent;
mod update;

pub use consents::*;
pub use get::*;
pub use list::*;
pub use record_consent::*;
pub use update::*;

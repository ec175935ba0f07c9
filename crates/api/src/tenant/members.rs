//! The team of a tenant.

mod change;
mod list;
mod remove;
mod sessions;
mod sign_out;

pub use change::*;
pub use list::*;
pub use remove::*;
pub use sessions::*;
pub use sign_out::*;

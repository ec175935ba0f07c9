//! Roles of a tenant.

mod change;
mod create;
mod delete;
mod list;

pub use change::*;
pub use create::*;
pub use delete::*;
pub use list::*;

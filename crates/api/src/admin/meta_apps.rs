//! Apps that sign webhooks, and their secrets.

mod add_secret;
mod create;
mod list;

pub use add_secret::*;
pub use create::*;
pub use list::*;

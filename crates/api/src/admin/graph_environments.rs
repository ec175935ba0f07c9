//! Base URLs that speak the Graph API: made by the operator only.

mod create;
mod list;

pub use create::*;
pub use list::*;

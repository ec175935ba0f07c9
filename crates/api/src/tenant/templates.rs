//! Templates and WABAs.

mod create;
mod delete;
mod get;
mod list;
mod preview;
mod sync;
mod wabas;

pub use create::*;
pub use delete::*;
pub use get::*;
pub use list::*;
pub use preview::*;
pub use sync::*;
pub use wabas::*;

//! Templates and WABAs.

mod get;
mod list;
mod preview;
mod sync;
mod wabas;

pub use get::*;
pub use list::*;
pub use preview::*;
pub use sync::*;
pub use wabas::*;

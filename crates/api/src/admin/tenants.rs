//! The tenants of the installation.

mod create;
mod get;
mod list;
mod resume;
mod suspend;

pub use create::*;
pub use get::*;
pub use list::*;
pub use resume::*;
pub use suspend::*;

//! The connect-a-number step log.

mod create;
mod get;
mod resume;

pub use create::*;
pub use get::*;
pub use resume::*;

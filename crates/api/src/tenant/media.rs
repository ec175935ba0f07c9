//! Media: uploads and links that expire.

mod get;
mod linked;
mod upload;

pub use get::*;
pub use linked::*;
pub use upload::*;

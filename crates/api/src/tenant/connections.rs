//! The connect-a-number step log.

mod create;
mod get;
mod request_code;
mod resume;
mod verify_code;

pub use create::*;
pub use get::*;
pub use request_code::*;
pub use resume::*;
pub use verify_code::*;

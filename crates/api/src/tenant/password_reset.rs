//! A new password by mail.

mod complete;
mod request;

pub use complete::*;
pub use request::*;

//! The person behind a session: signing in and out, their password and their other sessions.

mod change_password;
mod end;
mod end_others;
mod list;
mod me;
mod sign_in;
mod sign_out;

pub use change_password::*;
pub use end::*;
pub use end_others::*;
pub use list::*;
pub use me::*;
pub use sign_in::*;
pub use sign_out::*;

//! Invitations that wait for their person.

mod create;
mod list;
mod resend;
mod withdraw;

pub use create::*;
pub use list::*;
pub use resend::*;
pub use withdraw::*;

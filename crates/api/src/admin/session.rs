//! Sign-in, sign-out, who am I.

mod me;
mod sign_in;
mod sign_out;

pub use me::*;
pub use sign_in::*;
pub use sign_out::*;

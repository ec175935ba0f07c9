//! Layer: the shared words. Typed ids, clock, conversation model, template schema and renderer, send decision,
//! limit maths, error kinds and the ports. Pure: it must never know a database, a socket, a provider's wire
//! format or a clock of its own.

pub mod channel;
pub mod clock;
pub mod consent;
pub mod content;
pub mod conversation;
pub mod crypto;
pub mod decision;
pub mod entitlement;
pub mod error;
pub mod event;
pub mod ids;
pub mod limits;
pub mod permission;
pub mod ports;
pub mod replay;
pub mod status;
pub mod stop;
pub mod template;

pub use clock::{Clock, Ids};
pub use error::{Error, ErrorKind, FieldError, Result};
pub use ids::*;

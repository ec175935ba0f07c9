//! Conversations and their threads.

mod get;
mod list;
mod messages;
mod read;
mod typing;

pub use get::*;
pub use list::*;
pub use messages::*;
pub use read::*;
pub use typing::*;

//! Conversations, their threads, and how they are worked on.

mod add_note;
mod assign;
mod assignees;
mod events;
mod get;
mod list;
mod messages;
mod read;
mod reopen;
mod resolve;
mod typing;

pub use add_note::*;
pub use assign::*;
pub use assignees::*;
pub use events::*;
pub use get::*;
pub use list::*;
pub use messages::*;
pub use read::*;
pub use reopen::*;
pub use resolve::*;
pub use typing::*;

//! Numbers and the apps they connect through.

mod check;
mod diagnosis;
mod get;
mod lane;
mod list;
mod meta_apps;
mod resume;

pub use check::*;
pub use diagnosis::*;
pub use get::*;
pub use lane::*;
pub use list::*;
pub use meta_apps::*;
pub use resume::*;

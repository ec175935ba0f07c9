//! What both surfaces share: problems, request ids, origin check, cookies, assets, clients, limits.

pub mod assets;
pub mod client;
pub mod cookie;
pub mod guard;
pub mod layers;
pub mod origin;
pub mod page;
pub mod problem;

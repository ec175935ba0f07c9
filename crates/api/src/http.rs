//! What both surfaces share: problems, request ids, origin check, cookies, assets, limits.

pub mod assets;
pub mod cookie;
pub mod layers;
pub mod origin;
pub mod page;
pub mod problem;

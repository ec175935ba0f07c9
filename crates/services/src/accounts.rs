//! Sign-in, sessions, passwords and API keys of the tenant realm; password and token forms shared with the platform realm.

pub mod api_keys;
pub mod password;
pub mod passwords;
pub mod sessions;
pub mod sign_in;
pub mod token;
pub mod tries;

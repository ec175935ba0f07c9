//! Layer 3: product services. What the product does, for a proven scope: accounts, onboarding, templates, contacts,
//! inbox, messaging, media, the live hub, and the platform side. It must never know HTTP, SQL or a provider's wire
//! format; providers and stores of bytes are ports from `domain`.

pub mod accounts;
pub mod audit_log;
pub mod consents;
pub mod contacts;
mod entitlements;
pub mod inbox;
pub mod lanes;
pub mod live;
mod mail;
pub mod media;
pub mod messaging;
pub mod onboarding;
pub mod platform;
pub mod settings;
pub mod team;
pub mod templates;
pub mod tenant;
pub mod upkeep;

pub use store::{
    Actor, TenantScope,
    page::{Page, PageRequest},
};
pub use tenant::{Installation, TenantServices};

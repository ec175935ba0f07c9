//! Layer: what the installation stands on: master keys, stored bytes, counters and the way to a mail server, behind the
//! ports of `domain`.
//! It must never know a tenant, a table, a provider, or what the bytes it keeps mean.

mod blobs;
mod entropy;
mod keys;
mod mail_outbox;
mod rate_limits;
mod smtp;

pub use blobs::FileBlobs;
pub use keys::{KeyError, MasterKeys, OnMissing};
pub use mail_outbox::{MailOutbox, OutboxMail};
pub use rate_limits::InProcessLimits;
pub use smtp::{SmtpError, SmtpMailer, SmtpSecurity, SmtpSettings};

//! Outgoing mail.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A mail of plain text to one person. Its text may hold a link that opens an account: it never reaches a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Address of the receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text; lines are ended by `\n`.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mail")
    }
}

/// A mail that was not taken, sorted by what has to happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFault {
    /// What has to happen next.
    pub class: MailFaultClass,
    /// What the server or the network said, without the mail's words.
    pub message: String,
}

/// Classes of faults of a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFaultClass {
    /// It can't be reached, or does not answer in time: again later.
    Unreachable,
    /// It has no time or no room now (4xx): again later.
    Busy,
    /// It does not let us in (530, 534, 535, 538): the operator mends it, and it is tried again meanwhile.
    Credentials,
    /// It refuses this mail for good (5xx), or the address is none.
    Refused,
}

impl MailFaultClass {
    /// True when the same mail may be taken later.
    #[must_use]
    pub const fn passes(self) -> bool {
        !matches!(self, Self::Refused)
    }
}

impl fmt::Display for MailFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MailFault {}

/// Hands mail to the server that delivers it.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Returns once the server took the mail. The same mail may be handed over twice when an answer is lost.
    async fn send(&self, mail: &Mail) -> Result<(), MailFault>;
}

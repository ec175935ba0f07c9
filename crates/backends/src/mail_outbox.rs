//! Mail that is kept in memory and shown instead of being sent, for development.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use domain::{
    Clock,
    ports::{Mail, MailFault, Mailer},
};
use time::OffsetDateTime;

/// Mails that are kept; older ones go.
const MAILS_MAX: usize = 200;

/// A mail with the time at which it would have been sent.
#[derive(Debug, Clone)]
pub struct OutboxMail {
    /// The mail.
    pub mail: Mail,
    /// When, by the product's clock.
    pub at: OffsetDateTime,
}

/// Keeps the newest mails; cheap to clone.
#[derive(Clone)]
pub struct MailOutbox {
    clock: Arc<dyn Clock>,
    mails: Arc<Mutex<VecDeque<OutboxMail>>>,
}

impl MailOutbox {
    /// An empty outbox.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            mails: Arc::default(),
        }
    }

    /// What it holds, newest first.
    #[must_use]
    pub fn mails(&self) -> Vec<OutboxMail> {
        let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().cloned().collect()
    }
}

#[async_trait]
impl Mailer for MailOutbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailFault> {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.push_front(OutboxMail {
            mail: mail.clone(),
            at: self.clock.now(),
        });
        mails.truncate(MAILS_MAX);
        Ok(())
    }
}

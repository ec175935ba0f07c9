//! The way that mail goes, as the configuration says.

use std::sync::Arc;

use domain::ports::Mailer;

use crate::config::Config;

/// The way that mail goes.
pub struct OutgoingMail {
    /// Takes it.
    pub mailer: Arc<dyn Mailer>,
    /// Address that it comes from.
    pub from: String,
}

impl OutgoingMail {
    /// As the configuration says; `None` while mail is off.
    pub fn of(config: &Config) -> anyhow::Result<Option<Self>> {
        let mailer = config.mailer().map_err(|problem| anyhow::anyhow!("{problem}"))?;
        Ok(mailer.map(|(mailer, from)| Self {
            mailer: Arc::new(mailer),
            from,
        }))
    }
}

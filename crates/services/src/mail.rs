//! The words of outgoing mail. Links stand after a `#`, so that they reach no server's log.

use domain::ports::Mail;
use secrecy::{ExposeSecret, SecretString};

/// What an invitation's mail tells.
pub(crate) struct Invitation<'a> {
    pub(crate) to: &'a str,
    pub(crate) tenant: &'a str,
    pub(crate) role: &'a str,
    pub(crate) link: &'a SecretString,
    pub(crate) days: i64,
}

/// The link under which an invitation is accepted.
pub(crate) fn invitation_link(app_url: &str, token: &SecretString) -> SecretString {
    format!("{app_url}/join#{}", token.expose_secret()).into()
}

/// The link under which a new password is set.
pub(crate) fn reset_link(app_url: &str, token: &SecretString) -> SecretString {
    format!("{app_url}/new-password#{}", token.expose_secret()).into()
}

pub(crate) fn invitation(about: &Invitation<'_>) -> Mail {
    let Invitation {
        to,
        tenant,
        role,
        link,
        days,
    } = about;
    let link = link.expose_secret();
    Mail {
        to: (*to).to_owned(),
        subject: format!("Join {tenant} on Parlance"),
        text: format!(
            "You are invited to work in {tenant} on Parlance, as {role}.\n\n\
             Open this link to accept. It works once, for {days} days:\n\n{link}\n\n\
             If you did not expect this, delete this mail; nothing happens then.\n"
        ),
    }
}

pub(crate) fn password_reset(to: &str, name: &str, link: &SecretString, minutes: i64) -> Mail {
    let link = link.expose_secret();
    Mail {
        to: to.to_owned(),
        subject: "Your new Parlance password".to_owned(),
        text: format!(
            "Hello {name},\n\n\
             somebody asked for a new password for this address. Open this link to choose one. It works once, for \
             {minutes} minutes, and signs you out everywhere:\n\n{link}\n\n\
             If it was not you, delete this mail; your password stays as it is.\n"
        ),
    }
}

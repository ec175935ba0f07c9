//! Mail over SMTP.

use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{Mail, MailFault, MailFaultClass, Mailer};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use secrecy::{ExposeSecret, SecretString};

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte, port 465.
    Tls,
    /// STARTTLS, and nothing without it, port 587.
    StartTls,
    /// None: for a server on the same machine.
    None,
}

/// Where mail is handed in.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// Sign-in at the server.
    pub credentials: Option<(String, SecretString)>,
    /// Address that mail comes from: `Parlance <no-reply@example.org>`.
    pub from: String,
    /// How long a whole hand-over may take.
    pub timeout: Duration,
}

/// Settings that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The sender is no address.
    #[error("is not an address: write it like `Parlance <no-reply@example.org>`")]
    From,
    /// TLS can't be set up.
    #[error("TLS can't be set up: {0}")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// Hands mail to one server, with a connection for each mail.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

impl SmtpMailer {
    /// A mailer for these settings; nothing is connected yet.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SmtpError> {
        let from = settings.from.parse().map_err(|_| SmtpError::From)?;
        let parameters = || TlsParameters::new(settings.host.clone()).map_err(SmtpError::Tls);
        let tls = match settings.security {
            SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
            SmtpSecurity::StartTls => Tls::Required(parameters()?),
            SmtpSecurity::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(settings.timeout));
        if let Some((user, password)) = &settings.credentials {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            transport = transport.credentials(credentials);
        }
        Ok(Self {
            transport: transport.build(),
            from,
            timeout: settings.timeout,
        })
    }

    fn message(&self, mail: &Mail) -> Result<Message, MailFault> {
        let to = mail.to.parse::<Mailbox>().map_err(|_| MailFault {
            class: MailFaultClass::Refused,
            message: "The receiver's address is none that mail can be sent to.".into(),
        })?;
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| MailFault {
                class: MailFaultClass::Refused,
                message: format!("The mail can't be written: {error}"),
            })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailFault> {
        let message = self.message(mail)?;
        match tokio::time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(fault(&error)),
            Err(_) => Err(MailFault {
                class: MailFaultClass::Unreachable,
                message: "The mail server did not answer in time.".into(),
            }),
        }
    }
}

fn fault(error: &lettre::transport::smtp::Error) -> MailFault {
    let code = error.status().map(|code| code.to_string());
    let class = match code.as_deref() {
        Some("530" | "534" | "535" | "538") => MailFaultClass::Credentials,
        _ if error.is_permanent() => MailFaultClass::Refused,
        _ if error.is_transient() => MailFaultClass::Busy,
        _ => MailFaultClass::Unreachable,
    };
    MailFault {
        class,
        message: format!("The mail server: {error}"),
    }
}

#[cfg(test)]
mod tests;

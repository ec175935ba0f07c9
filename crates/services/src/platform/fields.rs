//! Checks of what an operator types; every fault of a request is told at once.

use std::net::Ipv6Addr;

use domain::{Error, ErrorKind, FieldError, Result};
use secrecy::{ExposeSecret, SecretString};

use super::people::PASSWORD_CHARS_MIN;

/// Longest address, RFC 5321.
const EMAIL_CHARS_MAX: usize = 254;
/// Longest name.
const NAME_CHARS_MAX: usize = 120;
/// Longest password: hashing time is bounded by the body limit anyway.
const PASSWORD_CHARS_MAX: usize = 256;

/// Faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FieldError>);

impl Faults {
    /// Notes a fault unless the check held.
    pub(crate) fn check(&mut self, field: &str, holds: bool, message: &str) {
        if !holds {
            self.0.push(FieldError {
                field: field.to_owned(),
                message: message.to_owned(),
            });
        }
    }

    /// Refuses if there was any fault.
    pub(crate) fn refuse(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut error = Error::new(
            ErrorKind::Invalid,
            "invalid-request",
            "The request has fields that can't be used.",
        );
        error.fields = self.0;
        Err(error)
    }

    /// Checks an address, loosely: a part, an `@`, a host.
    pub(crate) fn email(&mut self, field: &str, email: &str) {
        let shaped = email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
        let plain = email.chars().all(|c| !c.is_whitespace() && !c.is_control());
        let holds = shaped && plain && email.chars().count() <= EMAIL_CHARS_MAX;
        self.check(field, holds, "An email address such as ana@example.com.");
    }

    /// Checks a name that people read.
    pub(crate) fn name(&mut self, field: &str, name: &str) {
        let holds =
            (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        self.check(field, holds, "1 to 120 characters.");
    }

    /// Checks a password that somebody chose.
    pub(crate) fn password(&mut self, field: &str, password: &SecretString) {
        let holds =
            (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&password.expose_secret().chars().count());
        self.check(field, holds, "12 to 256 characters.");
    }

    /// Checks a secret that a provider gave: visible ASCII, so that nothing was lost or added when it was copied.
    pub(super) fn secret(&mut self, field: &str, secret: &SecretString) {
        let text = secret.expose_secret();
        let holds = (8..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        self.check(
            field,
            holds,
            "8 to 256 visible characters without spaces, as the provider shows them.",
        );
    }
}

/// The form under which an address is looked up.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// True for lower-case letters, digits and single hyphens between them, 2 to 40 characters.
pub(super) fn is_slug(slug: &str) -> bool {
    let parts_hold = slug
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    (2..=40).contains(&slug.len()) && parts_hold
}

/// True for a version prefix such as `v26.0`.
pub(super) fn is_graph_version(version: &str) -> bool {
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    version
        .strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, minor)| digits(major, 3) && digits(minor, 1))
}

/// Scheme and origin of a base URL: `https://graph.facebook.com`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BaseUrl {
    /// True for https.
    pub(super) https: bool,
    /// Scheme, host and port in lower case, without a trailing slash.
    pub(super) text: String,
}

/// Reads a base URL of scheme, host and port only; `None` when there is anything else in it.
pub(super) fn base_url(text: &str) -> Option<BaseUrl> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix('/').unwrap_or(&text);
    let (scheme, authority) = text.split_once("://")?;
    let https = match scheme {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']')?;
            address.parse::<Ipv6Addr>().ok()?;
            (
                None,
                if after.is_empty() {
                    None
                } else {
                    Some(after.strip_prefix(':')?)
                },
            )
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(authority), None),
        },
    };
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if host.is_some_and(|host| host.len() > 253 || !host.split('.').all(label)) {
        return None;
    }
    if port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit()) || port.parse::<u16>().is_err()) {
        return None;
    }
    Some(BaseUrl {
        https,
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_scheme_host_and_port_only() {
        let text = |url: &str| base_url(url).map(|base| base.text);
        assert_eq!(
            text("https://graph.facebook.com/").as_deref(),
            Some("https://graph.facebook.com")
        );
        assert_eq!(
            text("HTTP://127.0.0.1:7423").as_deref(),
            Some("http://127.0.0.1:7423")
        );
        assert_eq!(text("http://[::1]:80").as_deref(), Some("http://[::1]:80"));
        for bad in [
            "graph.facebook.com",
            "ftp://graph.facebook.com",
            "https://graph.facebook.com/v26.0",
            "https://graph.facebook.com?x=1",
            "https://graph.facebook.com#x",
            "https://user:pass@graph.facebook.com",
            "https://user@graph.facebook.com",
            "https://",
            "https://host:",
            "https://host:+80",
            "https://host:99999",
            "https://ho st",
            "https://[::1]x",
            "https://a..b",
        ] {
            assert_eq!(text(bad), None, "{bad}");
        }
    }

    #[test]
    fn slugs_versions_and_addresses() {
        assert!(is_slug("acme-2") && is_slug("ab"));
        assert!(
            ["a", "-ab", "ab-", "a--b", "Ab", "a_b", &"a".repeat(41)]
                .iter()
                .all(|slug| !is_slug(slug))
        );
        assert!(is_graph_version("v26.0"));
        assert!(
            ["26.0", "v26", "v26.00", "v1234.0", "v.0"]
                .iter()
                .all(|version| !is_graph_version(version))
        );
        let faulty = |email: &str| {
            let mut faults = Faults::default();
            faults.email("email", email);
            faults.refuse().is_err()
        };
        assert!(!faulty("ana@example.com"));
        assert!(
            ["", "ana", "@x", "ana@", "a b@x", "a@b@c", "ana@.x", "ana@x."]
                .iter()
                .all(|email| faulty(email))
        );
    }
}

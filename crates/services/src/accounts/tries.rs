//! Sign-in tries, counted alike in both realms before the password is looked at, so that guesses made at the same time
//! can't slip past: by email and network address together, and with more patience by each alone. So a stranger elsewhere
//! does not easily keep somebody out, and an account of one's own does not wipe away guesses at others'.

use std::net::IpAddr;

use domain::{Error, ErrorKind, Result};
use store::access::{SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW, SignInTries};
use time::OffsetDateTime;

use super::token;

/// Failures that are counted for one address, which an office shares, and for one email from everywhere.
const ALONE_FAILURES_MAX: i32 = SIGN_IN_FAILURES_MAX * 10;

/// Mails about a new password to one address in a window.
const RESETS_MAX: i32 = 5;

/// What a try is counted under, and how many are let through: hashes of the email, of the address it comes from, and of
/// both.
#[derive(Debug)]
pub(crate) struct Tries {
    /// Forgotten after a good sign-in.
    of_email: Vec<(Vec<u8>, i32)>,
    of_address: Option<(Vec<u8>, i32)>,
}

/// Whether a try goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// It does.
    LetThrough,
    /// It does not; `first` in its window, so that it is written down once and nobody can fill the log.
    Refused {
        /// True for the first of the window.
        first: bool,
    },
}

impl Tries {
    pub(crate) fn new(email_key: &str, address: Option<IpAddr>) -> Self {
        let network = address.map(network);
        let together = network.as_ref().map_or(format!("email:{email_key}"), |network| {
            format!("both:{network}:{email_key}")
        });
        let alone = |text: String| (token::hash(&text), ALONE_FAILURES_MAX);
        let mut of_email = vec![(token::hash(&together), SIGN_IN_FAILURES_MAX)];
        if network.is_some() {
            of_email.push(alone(format!("email:{email_key}")));
        }
        Self {
            of_email,
            of_address: network.map(|network| alone(format!("address:{network}"))),
        }
    }

    /// Asking for a new password: few mails to one address, from wherever they are asked for.
    pub(crate) fn of_reset(email_key: &str, address: Option<IpAddr>) -> Self {
        let of_address = |address| {
            (
                token::hash(&format!("reset-address:{}", network(address))),
                ALONE_FAILURES_MAX,
            )
        };
        Self {
            of_email: vec![(token::hash(&format!("reset:{email_key}")), RESETS_MAX)],
            of_address: address.map(of_address),
        }
    }

    fn all(&self) -> impl Iterator<Item = &(Vec<u8>, i32)> {
        self.of_email.iter().chain(&self.of_address)
    }

    /// What the audit log may tell of the try.
    pub(crate) fn digests(&self) -> Vec<String> {
        self.all().map(|(key, _)| hex::encode(key)).collect()
    }

    pub(crate) async fn count(&self, db: &impl SignInTries, now: OffsetDateTime) -> Result<Counted> {
        let (mut refused, mut first) = (false, false);
        for (key, most) in self.all() {
            let count = db.count_sign_in_try(key, now).await?;
            refused |= count > *most;
            first |= count == *most + 1;
        }
        Ok(if refused {
            Counted::Refused { first }
        } else {
            Counted::LetThrough
        })
    }

    /// Forgets what was counted for the email after a good sign-in.
    pub(crate) async fn forget(&self, db: &impl SignInTries) -> Result<()> {
        for (key, _) in &self.of_email {
            db.clear_sign_in_tries(key).await?;
        }
        Ok(())
    }
}

/// What an address is counted as: itself, or the /64 of an IPv6 one, because whoever has one of those has them all.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
    }
}

/// The answer while sign-in pauses.
pub(crate) fn throttled() -> Error {
    let secs = u32::try_from(SIGN_IN_WINDOW.whole_seconds()).unwrap_or(u32::MAX);
    Error::new(
        ErrorKind::Throttled,
        "throttled",
        "Too many sign-ins failed for this address. Wait 15 minutes, then try again.",
    )
    .retry_after(secs)
}

use std::net::IpAddr;

use domain::{AuditEntryId, Error, ErrorKind, PlatformUserId, Result};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;
use store::{
    audit,
    platform::{NewPlatformSession, PlatformPerson},
};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::{PlatformScope, PlatformServices, fields};
use crate::accounts::{
    password, token,
    tries::{self, Counted, Tries},
};

/// How long a platform admin stays signed in, in real time.
pub const SESSION_LIFETIME: Duration = Duration::hours(12);

/// Who is signed in to the admin portal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlatformMe {
    /// The platform admin.
    pub user: PlatformUser,
    /// The product's clock; in development it may have been moved.
    #[serde(with = "time::serde::rfc3339")]
    pub now: OffsetDateTime,
}

/// A platform admin.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlatformUser {
    /// Their id.
    pub id: PlatformUserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
}

impl From<&PlatformPerson> for PlatformUser {
    fn from(person: &PlatformPerson) -> Self {
        Self {
            id: person.id,
            email: person.email.clone(),
            name: person.name.clone(),
        }
    }
}

/// A fresh session.
#[derive(Debug)]
pub struct SignedIn {
    /// Who it is.
    pub me: PlatformMe,
    /// The cookie's value; only its hash is stored.
    pub token: SecretString,
}

impl PlatformServices {
    /// Signs a platform admin in. Takes the same time for an unknown address as for a wrong password; every try counts
    /// against its email and its address before the password is looked at.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &SecretString,
        address: Option<IpAddr>,
    ) -> Result<SignedIn> {
        let now = self.real_clock.now();
        let email_key = fields::email_key(email);
        let tries = Tries::new(&email_key, address);
        self.count(&tries, now).await?;
        let user = self.db.platform_user_by_email(&email_key).await?;
        let right = password::verify(user.as_ref().map(|user| user.password_hash.clone()), password).await?;
        let Some(user) = user.filter(|_| right) else {
            self.record_refusal(&tries, "bad-credentials").await?;
            return Err(bad_credentials());
        };
        let token = token::generate(&self.ids, "");
        let session = NewPlatformSession {
            id: self.ids.make(),
            user_id: user.person.id,
            token_hash: &token.hash,
            created_at: now,
            expires_at: now + SESSION_LIFETIME,
        };
        let mut tx = self.db.begin().await?;
        tx.insert_platform_session(&session).await?;
        let entry = audit::Entry {
            id: self.ids.make(),
            at: self.clock.now(),
            action: "platform.sign_in",
            target: Some(session.id.to_string()),
            details: json!({}),
        };
        audit::append_platform(&mut tx, Some(user.person.id), None, &entry).await?;
        tx.commit().await?;
        tries.forget(&self.db).await?;
        Ok(SignedIn {
            me: PlatformMe {
                user: (&user.person).into(),
                now: self.clock.now(),
            },
            token: token.secret,
        })
    }

    /// Ends the session behind a token; an unknown one is fine.
    pub async fn sign_out(&self, token: &SecretString) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let hash = token::hash(token.expose_secret());
        if let Some((user, session)) = tx.revoke_platform_session(&hash, self.real_clock.now()).await? {
            let entry = audit::Entry {
                id: self.ids.make(),
                at: self.clock.now(),
                action: "platform.sign_out",
                target: Some(session.to_string()),
                details: json!({}),
            };
            audit::append_platform(&mut tx, Some(user), None, &entry).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The scope of a session token; refuses an unknown, ended or expired one.
    pub async fn authenticate(&self, token: &SecretString) -> Result<PlatformScope> {
        let hash = token::hash(token.expose_secret());
        let scope = self
            .db
            .resolve_platform_session(&hash, self.real_clock.now())
            .await?;
        scope.ok_or_else(not_signed_in)
    }

    /// Who is signed in.
    #[must_use]
    pub fn me(&self, scope: &PlatformScope) -> PlatformMe {
        PlatformMe {
            user: scope.user().into(),
            now: self.clock.now(),
        }
    }

    /// Counts a try and refuses when there were too many.
    async fn count(&self, tries: &Tries, now: OffsetDateTime) -> Result<()> {
        match tries.count(&self.db, now).await? {
            Counted::LetThrough => Ok(()),
            Counted::Refused { first } => {
                if first {
                    self.record_refusal(tries, "throttled").await?;
                }
                Err(tries::throttled())
            }
        }
    }

    /// Refusals are written down in a transaction of their own.
    async fn record_refusal(&self, tries: &Tries, reason: &str) -> Result<()> {
        let entry = audit::Entry {
            id: self.ids.make::<AuditEntryId>(),
            at: self.clock.now(),
            action: "platform.sign_in_refused",
            target: None,
            details: json!({ "reason": reason, "digests": tries.digests() }),
        };
        let mut tx = self.db.begin().await?;
        audit::append_platform(&mut tx, None, None, &entry).await?;
        Ok(tx.commit().await?)
    }
}

/// No usable session of the platform realm.
pub(super) fn not_signed_in() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "unauthenticated",
        "Sign in to the admin portal.",
    )
}

fn bad_credentials() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "bad-credentials",
        "The email address or the password is not right. Check both and try again.",
    )
}

//! Sign-in of the tenant realm: throttled, of constant cost for unknown people, opaque tokens.

use domain::{Error, ErrorKind, Result, permission::Permission};
use secrecy::SecretString;
use serde::Serialize;
use store::{
    TenantScope,
    access::{SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW},
};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::{password, token};
use crate::tenant::TenantServices;

/// How long a session lasts.
pub const SESSION_LIFETIME: Duration = Duration::days(14);
/// Prefix of a session token.
const SESSION_PREFIX: &str = "pls_";

/// Failures that are counted for one client before sign-in pauses: an office shares one address.
const CLIENT_FAILURES_MAX: i32 = SIGN_IN_FAILURES_MAX * 10;

/// A signed-in person with their tenants.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The person.
    pub user: Person,
    /// Their tenants by name.
    pub memberships: Vec<MembershipView>,
    /// The product's clock; in development it may have been moved.
    #[serde(with = "time::serde::rfc3339")]
    pub now: OffsetDateTime,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    /// The person.
    pub id: domain::UserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
}

/// A tenant that a person belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembershipView {
    /// The tenant.
    pub tenant: TenantView,
    /// Name of the role.
    pub role: String,
    /// What the role may do.
    #[schema(value_type = Vec<String>)]
    pub permissions: Vec<Permission>,
}

/// A tenant as its people see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantView {
    /// The tenant.
    pub id: domain::TenantId,
    /// Its place in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// True when it was made for the simulated WhatsApp.
    pub sandbox: bool,
    /// `active` or `suspended`.
    pub state: String,
}

/// A fresh session.
#[derive(Debug)]
pub struct NewSession {
    /// Goes into the cookie.
    pub token: SecretString,
    /// Who signed in.
    pub me: Me,
}

impl TenantServices {
    /// Signs a person in, or refuses after too many tries for the address or the client. Every try counts before the
    /// password is looked at, so that guesses made at the same time can't slip past.
    pub async fn sign_in(&self, email: &str, password: SecretString, client: &str) -> Result<NewSession> {
        let now = self.real_clock.now();
        let email_key = email.trim().to_lowercase();
        let keys = [
            token::hash(&format!("email:{email_key}")),
            token::hash(&format!("client:{client}")),
        ];
        self.count_try(&keys, now).await?;
        let user = if email_key.contains('\0') {
            None
        } else {
            self.db.user_by_email(&email_key).await?
        };
        let good = password::verify(user.as_ref().map(|user| user.password_hash.clone()), &password).await?;
        let Some(user) = user.filter(|_| good) else {
            return Err(Error::new(
                ErrorKind::Unauthenticated,
                "bad-credentials",
                "The email address or the password is wrong.",
            ));
        };
        for key in &keys {
            self.db.clear_sign_in_failures(key).await?;
        }
        let session = token::generate(&self.ids, SESSION_PREFIX);
        self.db
            .insert_session(
                self.ids.make(),
                user.id,
                &session.hash,
                now,
                now + SESSION_LIFETIME,
            )
            .await?;
        let person = Person {
            id: user.id,
            email: user.email,
            name: user.name,
        };
        Ok(NewSession {
            token: session.secret,
            me: self.me_of(person).await?,
        })
    }

    async fn count_try(&self, keys: &[Vec<u8>; 2], now: OffsetDateTime) -> Result<()> {
        let mut refused = false;
        for (key, most) in keys.iter().zip([SIGN_IN_FAILURES_MAX, CLIENT_FAILURES_MAX]) {
            self.db.count_sign_in_failure(key, now).await?;
            refused |= self.db.sign_in_failures(key, now).await? > most;
        }
        if refused { Err(throttled()) } else { Ok(()) }
    }

    /// Ends a session.
    pub async fn sign_out(&self, session: &str) -> Result<()> {
        Ok(self
            .db
            .revoke_session(&token::hash(session), self.real_clock.now())
            .await?)
    }

    /// The person behind a session token.
    pub async fn me(&self, session: &str) -> Result<Me> {
        let signed_in = self
            .db
            .signed_in(&token::hash(session), self.real_clock.now())
            .await?;
        let signed_in = signed_in.ok_or_else(Error::unauthenticated)?;
        self.me_of(Person {
            id: signed_in.user_id,
            email: signed_in.email,
            name: signed_in.name,
        })
        .await
    }

    async fn me_of(&self, user: Person) -> Result<Me> {
        let memberships = self
            .db
            .memberships(user.id)
            .await?
            .into_iter()
            .map(|membership| MembershipView {
                tenant: TenantView {
                    id: membership.tenant.id,
                    slug: membership.tenant.slug,
                    name: membership.tenant.name,
                    sandbox: membership.tenant.sandbox,
                    state: if membership.tenant.active {
                        "active"
                    } else {
                        "suspended"
                    }
                    .to_owned(),
                },
                role: membership.role,
                permissions: membership.permissions.into_iter().collect(),
            });
        Ok(Me {
            memberships: memberships.collect(),
            user,
            now: self.clock.now(),
        })
    }

    /// The scope of a session in a tenant. A bad session is 401; a tenant that is not theirs is 404, as a missing one.
    pub async fn scope_of_session(&self, session: &str, slug: &str) -> Result<TenantScope> {
        let hash = token::hash(session);
        let now = self.real_clock.now();
        if let Some(scope) = self.db.resolve_session(&hash, slug, now).await? {
            return Ok(scope);
        }
        let signed_in = self.db.signed_in(&hash, now).await?;
        Err(if signed_in.is_some() {
            Error::not_found()
        } else {
            Error::unauthenticated()
        })
    }

    /// The scope of an API key in a tenant. A bad key is 401; another tenant's address is 404.
    pub async fn scope_of_api_key(&self, secret: &str, slug: &str) -> Result<TenantScope> {
        let scope = self
            .db
            .resolve_api_key(&token::hash(secret), self.real_clock.now())
            .await?;
        let scope = scope.ok_or_else(Error::unauthenticated)?;
        if scope.tenant().slug != slug {
            return Err(Error::not_found());
        }
        Ok(scope)
    }
}

fn throttled() -> Error {
    let wait = u32::try_from(SIGN_IN_WINDOW.whole_seconds()).unwrap_or(900);
    Error::new(
        ErrorKind::Throttled,
        "throttled",
        "Too many failed sign-ins. Wait a quarter of an hour, then try again.",
    )
    .retry_after(wait)
}

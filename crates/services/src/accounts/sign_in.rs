//! Sign-in of the tenant realm: throttled, of constant cost for unknown people, opaque tokens. The log of each tenant
//! that the person belongs to is told.

use std::net::IpAddr;

use domain::{Error, ErrorKind, Result, SessionId, UserId, permission::Permission};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};
use store::{
    Actor, TenantScope,
    access::{NewSession as SessionRow, PersonEvent, UserRow},
};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::{
    password, token,
    tries::{self, Counted, Tries},
};
use crate::tenant::TenantServices;

/// How long a session lasts.
pub const SESSION_LIFETIME: Duration = Duration::days(14);
/// Prefix of a session token.
pub(crate) const SESSION_PREFIX: &str = "pls_";
/// Characters that are kept of what a browser calls itself.
const USER_AGENT_CHARS_MAX: usize = 300;

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
    /// Language of people who have not chosen their own: `en`.
    pub language: String,
}

/// Where a session is begun from, for its person to recognise it.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
}

impl Browser {
    /// From the client's address and its `User-Agent`.
    #[must_use]
    pub fn new(address: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        Self {
            address: address.map(tries::network),
            user_agent: user_agent.map(|text| text.chars().take(USER_AGENT_CHARS_MAX).collect()),
        }
    }
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
    /// Signs a person in, or refuses after too many tries for the email or the network address.
    pub async fn sign_in(
        &self,
        email: &str,
        password: SecretString,
        address: Option<IpAddr>,
        user_agent: Option<&str>,
    ) -> Result<NewSession> {
        let now = self.real_clock.now();
        let email_key = email.trim().to_lowercase();
        let tries = Tries::new(&email_key, address);
        if let Counted::Refused { first } = tries.count(&self.db, now).await? {
            if first {
                self.log_refusal(self.user_by_email(&email_key).await?, &tries, "throttled");
            }
            return Err(tries::throttled());
        }
        let user = self.user_by_email(&email_key).await?;
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        if !password::verify(hash, &password).await? {
            self.log_refusal(user, &tries, "bad-credentials");
            return Err(bad_credentials());
        }
        let user = user.ok_or_else(bad_credentials)?;
        self.require_active_tenant(user.id).await?;
        let token = token::generate(&self.ids, SESSION_PREFIX);
        let browser = Browser::new(address, user_agent);
        let session = SessionRow {
            id: self.ids.make(),
            user_id: user.id,
            token_hash: &token.hash,
            created_at: now,
            expires_at: now + SESSION_LIFETIME,
            address: browser.address.as_deref(),
            user_agent: browser.user_agent.as_deref(),
        };
        let event = self.session_event("session.begin", user.id, session.id);
        self.db.begin_session(&session, &event).await?;
        tries.forget(&self.db).await?;
        let person = Person {
            id: user.id,
            email: user.email,
            name: user.name,
        };
        Ok(NewSession {
            token: token.secret,
            me: self.me_of(person).await?,
        })
    }

    /// Refuses who belongs to suspended tenants only.
    async fn require_active_tenant(&self, user: UserId) -> Result<()> {
        let memberships = self.db.memberships(user).await?;
        if memberships.is_empty() || memberships.iter().any(|one| one.tenant.active) {
            return Ok(());
        }
        Err(suspended())
    }

    pub(crate) async fn user_by_email(&self, email_key: &str) -> Result<Option<UserRow>> {
        if email_key.contains('\0') {
            return Ok(None);
        }
        Ok(self.db.user_by_email(email_key).await?)
    }

    pub(crate) fn session_event(
        &self,
        action: &'static str,
        user_id: UserId,
        session_id: SessionId,
    ) -> PersonEvent {
        PersonEvent {
            ids: self.ids.clone(),
            at: self.clock.now(),
            action,
            actor: Actor::User { user_id, session_id },
            target: session_id.to_string(),
            details: Value::Object(Default::default()),
        }
    }

    /// Writes a refusal down for somebody who exists, behind the answer: one that waited would tell that they do. For
    /// anybody else there is no log to write in.
    fn log_refusal(&self, user: Option<UserRow>, tries: &Tries, reason: &'static str) {
        let Some(user) = user else { return };
        let event = PersonEvent {
            ids: self.ids.clone(),
            at: self.clock.now(),
            action: "session.refused",
            actor: Actor::Worker("sign-in"),
            target: user.id.to_string(),
            details: json!({ "reason": reason, "digests": tries.digests() }),
        };
        let db = self.db.clone();
        tokio::spawn(async move {
            if let Err(error) = db.log_for_person(user.id, &event).await {
                tracing::error!(%error, "a refused sign-in was not written down");
            }
        });
    }

    /// Ends a session and tells the logs of the person's tenants.
    pub async fn sign_out(&self, session: &str) -> Result<()> {
        let ended = self
            .db
            .end_session(&token::hash(session), self.real_clock.now())
            .await?;
        if let Some((user, session)) = ended {
            let event = self.session_event("session.end", user, session);
            self.db.log_for_person(user, &event).await?;
        }
        Ok(())
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

    pub(crate) async fn me_of_user(&self, id: UserId) -> Result<Me> {
        let (email, name) = self.db.person(id).await?.ok_or_else(Error::not_found)?;
        self.me_of(Person { id, email, name }).await
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
                    language: membership.language,
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
            return if scope.tenant().active {
                Ok(scope)
            } else {
                Err(suspended())
            };
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

/// Refuses a change in a suspended tenant; its programs only read.
pub fn require_active(scope: &TenantScope) -> Result<()> {
    if scope.tenant().active {
        Ok(())
    } else {
        Err(suspended())
    }
}

/// A suspended tenant's people stay outside; the tenant keeps receiving.
pub(crate) fn suspended() -> Error {
    Error::new(
        ErrorKind::Forbidden,
        "tenant-suspended",
        "This tenant is suspended: it receives, but nobody works in it. Ask the platform admin to resume it.",
    )
}

fn bad_credentials() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "bad-credentials",
        "The email address or the password is wrong.",
    )
}

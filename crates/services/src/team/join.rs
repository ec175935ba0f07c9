//! Accepting an invitation: somebody new chooses name and password and is signed in, somebody known signs in first.

use std::net::IpAddr;

use domain::{Error, ErrorKind, Result, SessionId, UserId, entitlement::Entitlement};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    access::{NewSession, sessions},
    audit,
    invitations::{self, FoundInvitation},
    members::{self, NewPerson},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::link_not_valid;
use crate::{
    accounts::{
        password,
        sign_in::{Browser, Me, SESSION_LIFETIME, SESSION_PREFIX, suspended},
        token,
    },
    platform::fields::Faults,
    tenant::TenantServices,
};

/// An invitation as its link shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenInvitation {
    /// Name of the tenant.
    pub tenant: String,
    /// Its place in addresses.
    pub slug: String,
    /// Whom the invitation is for.
    pub email: String,
    /// Name of the role that it gives.
    pub role: String,
    /// True when this person has a sign-in and accepts signed in.
    pub known: bool,
    /// When it stops working.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// How an invitation is accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// What stands behind the `#` of the link.
    #[schema(value_type = String, format = Password)]
    pub token: SecretString,
    /// Their name, from somebody who has no sign-in yet: 1 to 120 characters.
    pub name: Option<String>,
    /// The password that they choose, 12 to 256 characters.
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<SecretString>,
}

/// Somebody who joined.
#[derive(Debug)]
pub struct Accepted {
    /// Goes into the cookie, for somebody new.
    pub token: Option<SecretString>,
    /// Who it is.
    pub me: Me,
}

impl TenantServices {
    /// What an invitation's link offers.
    pub async fn open_invitation(&self, token: &SecretString) -> Result<OpenInvitation> {
        let found = self.found_invitation(&token::hash_secret(token)).await?;
        Ok(OpenInvitation {
            tenant: found.tenant.name,
            slug: found.tenant.slug,
            email: found.email,
            role: found.role,
            known: found.user_id.is_some(),
            expires_at: found.expires_at,
        })
    }

    /// Accepts an invitation; `session` is the token of who is signed in, if anybody is.
    pub async fn accept_invitation(
        &self,
        request: AcceptInvitation,
        session: Option<&str>,
        address: Option<IpAddr>,
        user_agent: Option<&str>,
    ) -> Result<Accepted> {
        let hash = token::hash_secret(&request.token);
        let found = self.found_invitation(&hash).await?;
        match found.user_id {
            Some(user) => self.join_known(&found, &hash, user, session).await,
            None => {
                let browser = Browser::new(address, user_agent);
                self.join_new(&found, &hash, request.name, request.password, &browser)
                    .await
            }
        }
    }

    async fn found_invitation(&self, hash: &[u8]) -> Result<FoundInvitation> {
        let found = self.db.invitation_by_token(hash, self.real_clock.now()).await?;
        let found = found.ok_or_else(link_not_valid)?;
        if found.tenant.active {
            Ok(found)
        } else {
            Err(suspended())
        }
    }

    async fn join_known(
        &self,
        found: &FoundInvitation,
        hash: &[u8],
        user: UserId,
        session: Option<&str>,
    ) -> Result<Accepted> {
        let signed_in = match session {
            Some(session) => {
                self.db
                    .signed_in(&token::hash(session), self.real_clock.now())
                    .await?
            }
            None => None,
        };
        let signed_in = signed_in
            .filter(|signed_in| signed_in.user_id == user)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Conflict,
                    "sign-in-needed",
                    format!(
                        "{} has a sign-in already. Sign in as this person, then accept.",
                        found.email
                    ),
                )
            })?;
        self.join(found, hash, user, signed_in.session_id, None, None)
            .await?;
        Ok(Accepted {
            token: None,
            me: self.me_of_user(user).await?,
        })
    }

    async fn join_new(
        &self,
        found: &FoundInvitation,
        hash: &[u8],
        name: Option<String>,
        password: Option<SecretString>,
        browser: &Browser,
    ) -> Result<Accepted> {
        let name = name.unwrap_or_default();
        let password = password.unwrap_or_default();
        let mut faults = Faults::default();
        faults.name("name", name.trim());
        faults.password("password", &password);
        faults.refuse()?;
        let password_hash = password::hash(&self.ids, &password).await?;
        let (user, now) = (self.ids.make(), self.real_clock.now());
        let token = token::generate(&self.ids, SESSION_PREFIX);
        let session = NewSession {
            id: self.ids.make(),
            user_id: user,
            token_hash: &token.hash,
            created_at: now,
            expires_at: now + SESSION_LIFETIME,
            address: browser.address.as_deref(),
            user_agent: browser.user_agent.as_deref(),
        };
        let person = NewPerson {
            id: user,
            email_key: &found.email_key,
            email: &found.email,
            name: name.trim(),
            password_hash: &password_hash,
            verified: self.installation.mail_from.is_some(),
            now: self.clock.now(),
        };
        self.join(found, hash, user, session.id, Some(&person), Some(&session))
            .await?;
        Ok(Accepted {
            token: Some(token.secret),
            me: self.me_of_user(user).await?,
        })
    }

    /// Uses the token up and makes the person a member, with a sign-in and a session if they are new.
    async fn join(
        &self,
        found: &FoundInvitation,
        hash: &[u8],
        user: UserId,
        session_id: SessionId,
        person: Option<&NewPerson<'_>>,
        session: Option<&NewSession<'_>>,
    ) -> Result<()> {
        let scope = found.scope(user, session_id);
        let mut tx = self.db.begin(&scope).await?;
        if !invitations::take(&mut tx, hash, self.real_clock.now()).await? {
            return Err(link_not_valid());
        }
        self.require_entitlement(&mut tx, Entitlement::Users, self.clock.now())
            .await?;
        if let Some(person) = person {
            members::insert_person(&mut tx, person).await?;
        }
        members::join(&mut tx, user, found.role_id, self.clock.now()).await?;
        let entry = self.audit("invitation.accept", found.id, json!({ "role": found.role_id }));
        audit::append(&mut tx, &scope, &entry).await?;
        if let Some(session) = session {
            sessions::begin_in(&mut tx, session).await?;
            let entry = self.audit("session.begin", session.id, json!({}));
            audit::append(&mut tx, &scope, &entry).await?;
        }
        Ok(tx.commit().await?)
    }
}

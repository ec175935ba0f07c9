//! New passwords: changed by who knows the old one, reset by who reads the mail. Asking for a reset is answered alike
//! whether the address is known or not; what follows from it happens behind the answer.

use std::net::IpAddr;

use domain::{Error, ErrorKind, Result, UserId};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{
    Actor,
    access::{PersonEvent, UserRow, passwords},
    audit, mails,
};
use time::Duration;
use utoipa::ToSchema;

use super::{
    password, token,
    tries::{self, Counted, Tries},
};
use crate::{
    mail,
    platform::fields::{self, Faults},
    team::link_not_valid,
    tenant::TenantServices,
};

/// How long a way to a new password works.
const RESET_LIFETIME: Duration = Duration::hours(1);
/// Prefix of its token.
const RESET_PREFIX: &str = "plr_";

/// The old password and the new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password so far.
    #[schema(value_type = String, format = Password)]
    pub current_password: SecretString,
    /// The password from now on, 12 to 256 characters.
    #[schema(value_type = String, format = Password)]
    pub new_password: SecretString,
}

/// A new password by the link of a mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// What stands behind the `#` of the link.
    #[schema(value_type = String, format = Password)]
    pub token: SecretString,
    /// The password from now on, 12 to 256 characters.
    #[schema(value_type = String, format = Password)]
    pub new_password: SecretString,
}

impl TenantServices {
    /// Changes the password of who is signed in and ends their other sessions. Guesses of the old one are counted as
    /// those of a sign-in.
    pub async fn change_password(
        &self,
        session: &str,
        request: ChangePassword,
        address: Option<IpAddr>,
    ) -> Result<()> {
        let me = self.signed_in(session).await?;
        check("new_password", &request.new_password)?;
        let tries = Tries::new(&fields::email_key(&me.email), address);
        if let Counted::Refused { .. } = tries.count(&self.db, self.real_clock.now()).await? {
            return Err(tries::throttled());
        }
        let stored = self.db.password_hash(me.user_id).await?;
        if !password::verify(stored, &request.current_password).await? {
            return Err(Error::invalid(
                "current_password",
                "This is not your password. Sign out and ask for a new one if you do not know it.",
            ));
        }
        tries.forget(&self.db).await?;
        let hash = password::hash(&self.ids, &request.new_password).await?;
        let mut event = self.session_event("password.change", me.user_id, me.session_id);
        event.target = me.user_id.to_string();
        let now = self.real_clock.now();
        self.db
            .change_password(me.user_id, &hash, Some(me.session_id), now, &event)
            .await?;
        Ok(())
    }

    /// Sends a link to a new password, if this address is somebody's.
    pub async fn request_password_reset(&self, email: &str, address: Option<IpAddr>) -> Result<()> {
        if self.installation.mail_from.is_none() {
            return Err(Error::new(
                ErrorKind::Refused,
                "mail-off",
                "This installation sends no mail. Ask the platform admin for a new password.",
            ));
        }
        let email = email.trim();
        let mut faults = Faults::default();
        faults.email("email", email);
        faults.refuse()?;
        let email_key = fields::email_key(email);
        let tries = Tries::of_reset(&email_key, address);
        if let Counted::Refused { .. } = tries.count(&self.db, self.real_clock.now()).await? {
            return Err(tries::throttled());
        }
        let services = self.clone();
        tokio::spawn(async move {
            let sent = async {
                match services.user_by_email(&email_key).await? {
                    Some(user) => services.write_reset(user).await,
                    None => Ok(()),
                }
            };
            if let Err(error) = sent.await {
                tracing::error!(%error, "a way to a new password was not sent");
            }
        });
        Ok(())
    }

    /// Writes the mail in one of the person's tenants; who belongs to none has nothing to sign in for.
    async fn write_reset(&self, user: UserRow) -> Result<()> {
        let Some(scope) = self.db.mail_scope(user.id).await? else {
            return Ok(());
        };
        let now = self.real_clock.now();
        let token = token::generate(&self.ids, RESET_PREFIX);
        let link = mail::reset_link(&self.installation.app_url, &token.secret);
        let mail = mail::password_reset(&user.email, &user.name, &link, RESET_LIFETIME.whole_minutes());
        let mut tx = self.db.begin(&scope).await?;
        passwords::insert_reset(&mut tx, user.id, &token.hash, now, now + RESET_LIFETIME).await?;
        mails::write(
            &mut tx,
            &self.vault,
            self.ids.make(),
            user.id.uuid(),
            &mail,
            self.clock.now(),
        )
        .await?;
        let entry = self.audit("password.request_reset", user.id, json!({}));
        audit::append(&mut tx, &scope, &entry).await?;
        Ok(tx.commit().await?)
    }

    /// Sets a new password by the link of a mail and ends every session of the person.
    pub async fn reset_password(&self, request: ResetPassword, address: Option<IpAddr>) -> Result<()> {
        check("new_password", &request.new_password)?;
        let token_hash = token::hash_secret(&request.token);
        let now = self.real_clock.now();
        let user = self.db.person_of_reset(&token_hash, now).await?;
        let user = user.ok_or_else(link_not_valid)?;
        let hash = password::hash(&self.ids, &request.new_password).await?;
        let event = self.reset_event(user);
        if !self
            .db
            .reset_password(user, &token_hash, &hash, now, &event)
            .await?
        {
            return Err(link_not_valid());
        }
        if let Some((email, _)) = self.db.person(user).await? {
            Tries::new(&fields::email_key(&email), address)
                .forget(&self.db)
                .await?;
        }
        Ok(())
    }

    fn reset_event(&self, user: UserId) -> PersonEvent {
        PersonEvent {
            ids: self.ids.clone(),
            at: self.clock.now(),
            action: "password.reset",
            actor: Actor::Worker("password-reset"),
            target: user.to_string(),
            details: Value::Object(Default::default()),
        }
    }
}

fn check(field: &str, password: &SecretString) -> Result<()> {
    let mut faults = Faults::default();
    faults.password(field, password);
    faults.refuse()
}

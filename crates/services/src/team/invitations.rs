use domain::{InvitationId, Result, RoleId, entitlement::Entitlement, permission::Permission};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Actor, TenantScope, TenantTx, audit,
    invitations::{self, InvitationRow, NewInvitation},
    mails, members, roles,
};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::require_givable;
use crate::{
    accounts::token,
    mail::{self, Invitation},
    platform::{
        fields::{self, Faults},
        members::field_conflict,
    },
    tenant::TenantServices,
};

/// How long an invitation can be accepted.
const LIFETIME: Duration = Duration::days(7);
/// Prefix of its token.
const PREFIX: &str = "pli_";

/// A role by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleRef {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// Where the mail of an invitation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationMail {
    /// None was written: this installation sends no mail.
    None,
    /// It waits, or is tried again.
    Waiting,
    /// The mail server took it.
    Sent,
    /// It was given up.
    Failed,
}

/// An open invitation.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    /// The invitation.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: String,
    /// The role that it gives.
    pub role: RoleRef,
    /// Name of who invited; null for an API key or somebody who left.
    pub invited_by: Option<String>,
    /// When it was made, or sent again.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it stops working.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Where its mail is.
    pub mail: InvitationMail,
    /// Why the mail was given up.
    pub mail_error: Option<String>,
}

impl From<InvitationRow> for InvitationView {
    fn from(row: InvitationRow) -> Self {
        let (mail, mail_error) = match row.mail {
            None => (InvitationMail::None, None),
            Some(mail) if mail.sent_at.is_some() => (InvitationMail::Sent, None),
            Some(mail) if mail.error.is_some() => (InvitationMail::Failed, mail.error),
            Some(_) => (InvitationMail::Waiting, None),
        };
        Self {
            id: row.id,
            email: row.email,
            role: RoleRef {
                id: row.role_id,
                name: row.role,
            },
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            mail,
            mail_error,
        }
    }
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitePerson {
    /// Their address.
    pub email: String,
    /// The role that they get: one that may do no more than you.
    pub role_id: RoleId,
}

/// An invitation that is under way.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedInvitation {
    /// The invitation.
    pub id: InvitationId,
    /// The link to hand over, when this installation sends no mail; shown once.
    pub link: Option<String>,
}

impl TenantServices {
    /// Every open invitation, newest first.
    pub async fn invitations(&self, scope: &TenantScope) -> Result<Vec<InvitationView>> {
        scope.require(Permission::TeamRead)?;
        let mut tx = self.db.begin(scope).await?;
        let rows = invitations::list(&mut tx).await?;
        Ok(rows.into_iter().map(InvitationView::from).collect())
    }

    /// Invites a person; with mail off the link is answered instead.
    pub async fn invite(&self, scope: &TenantScope, request: InvitePerson) -> Result<CreatedInvitation> {
        scope.require(Permission::TeamManage)?;
        let email = request.email.trim();
        let mut faults = Faults::default();
        faults.email("email", email);
        faults.refuse()?;
        let email_key = fields::email_key(email);
        let now = self.real_clock.now();
        let token = token::generate(&self.ids, PREFIX);
        let id: InvitationId = self.ids.make();
        let mut tx = self.db.begin(scope).await?;
        let role = roles::get(&mut tx, request.role_id).await?;
        require_givable(scope, "role_id", &role.permissions)?;
        if members::is_member(&mut tx, &email_key).await? {
            return Err(field_conflict(
                "email",
                "This person belongs to the team already.",
            ));
        }
        self.require_entitlement(&mut tx, Entitlement::Users, self.clock.now())
            .await?;
        let new = NewInvitation {
            id,
            email_key: &email_key,
            email,
            role_id: role.id,
            token_hash: &token.hash,
            invited_by: match scope.actor() {
                Actor::User { user_id, .. } => Some(*user_id),
                _ => None,
            },
            now,
            expires_at: now + LIFETIME,
        };
        invitations::insert(&mut tx, &new).await?;
        let link = self
            .hand_over(&mut tx, scope, id, email, &role.name, &token.secret)
            .await?;
        let entry = self.audit("invitation.create", id, json!({ "role": role.id }));
        audit::append(&mut tx, scope, &entry).await?;
        tx.commit().await?;
        Ok(CreatedInvitation { id, link })
    }

    /// Sends an invitation again, with a new link; the former one stops working.
    pub async fn resend_invitation(
        &self,
        scope: &TenantScope,
        id: InvitationId,
    ) -> Result<CreatedInvitation> {
        scope.require(Permission::TeamManage)?;
        let now = self.real_clock.now();
        let token = token::generate(&self.ids, PREFIX);
        let mut tx = self.db.begin(scope).await?;
        let (email, role_id) = invitations::renew(&mut tx, id, &token.hash, now, now + LIFETIME).await?;
        let role = roles::get(&mut tx, role_id).await?;
        require_givable(scope, "role_id", &role.permissions)?;
        mails::forget(&mut tx, id.uuid()).await?;
        let link = self
            .hand_over(&mut tx, scope, id, &email, &role.name, &token.secret)
            .await?;
        let entry = self.audit("invitation.resend", id, json!({}));
        audit::append(&mut tx, scope, &entry).await?;
        tx.commit().await?;
        Ok(CreatedInvitation { id, link })
    }

    /// Withdraws an invitation: its link stops working.
    pub async fn withdraw_invitation(&self, scope: &TenantScope, id: InvitationId) -> Result<()> {
        scope.require(Permission::TeamManage)?;
        let mut tx = self.db.begin(scope).await?;
        invitations::delete(&mut tx, id).await?;
        mails::forget(&mut tx, id.uuid()).await?;
        let entry = self.audit("invitation.withdraw", id, json!({}));
        audit::append(&mut tx, scope, &entry).await?;
        Ok(tx.commit().await?)
    }

    /// Writes the mail, or answers the link when mail is off.
    async fn hand_over(
        &self,
        tx: &mut TenantTx,
        scope: &TenantScope,
        id: InvitationId,
        email: &str,
        role: &str,
        token: &SecretString,
    ) -> Result<Option<String>> {
        let link = mail::invitation_link(&self.installation.app_url, token);
        if self.installation.mail_from.is_none() {
            return Ok(Some(link.expose_secret().to_owned()));
        }
        let mail = mail::invitation(&Invitation {
            to: email,
            tenant: &scope.tenant().name,
            role,
            link: &link,
            days: LIFETIME.whole_days(),
        });
        mails::write(
            tx,
            &self.vault,
            self.ids.make(),
            id.uuid(),
            &mail,
            self.clock.now(),
        )
        .await?;
        Ok(None)
    }
}

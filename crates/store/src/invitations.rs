//! Invitations: open ones only. Accepting or withdrawing one deletes it, so a token works once.

use domain::{InvitationId, RoleId, SessionId, UserId};
use time::OffsetDateTime;

use crate::{
    access,
    error::{Error, Result},
    pool::TenantDb,
    scope::{Actor, TenantScope, TenantSummary},
    tx::TenantTx,
};

/// An open invitation as the team sees it.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// The invitation.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: String,
    /// The role that it gives.
    pub role_id: RoleId,
    /// Name of the role.
    pub role: String,
    /// Name of who invited; `None` for an API key or somebody who left.
    pub invited_by: Option<String>,
    /// When it was made or sent again.
    pub created_at: OffsetDateTime,
    /// When it stops working, real time.
    pub expires_at: OffsetDateTime,
    /// The last mail about it, if one was written.
    pub mail: Option<MailRow>,
}

/// What became of a mail.
#[derive(Debug, Clone)]
pub struct MailRow {
    /// When the server took it.
    pub sent_at: Option<OffsetDateTime>,
    /// Why it was given up.
    pub error: Option<String>,
}

/// An invitation to store.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    /// The invitation.
    pub id: InvitationId,
    /// Lower-case address; one open invitation each.
    pub email_key: &'a str,
    /// Address as it was typed.
    pub email: &'a str,
    /// The role that it gives.
    pub role_id: RoleId,
    /// SHA-256 of its token.
    pub token_hash: &'a [u8],
    /// Who invites.
    pub invited_by: Option<UserId>,
    /// Real time.
    pub now: OffsetDateTime,
    /// Real time.
    pub expires_at: OffsetDateTime,
}

/// An invitation as its token shows it.
#[derive(Debug, Clone)]
pub struct FoundInvitation {
    /// The invitation.
    pub id: InvitationId,
    /// The tenant.
    pub tenant: TenantSummary,
    /// Whom it is for.
    pub email: String,
    /// Their lower-case address.
    pub email_key: String,
    /// The role that it gives.
    pub role_id: RoleId,
    /// Name of the role.
    pub role: String,
    /// The person with this address, if they have a sign-in.
    pub user_id: Option<UserId>,
    /// When it stops working.
    pub expires_at: OffsetDateTime,
}

impl FoundInvitation {
    /// The scope in which its person joins: it may do nothing but that.
    #[must_use]
    pub fn scope(&self, user_id: UserId, session_id: SessionId) -> TenantScope {
        let actor = Actor::User { user_id, session_id };
        TenantScope::proven(self.tenant.clone(), actor, Default::default())
    }
}

impl TenantDb {
    /// The invitation behind a token, while it is valid at `now` (real time).
    pub async fn invitation_by_token(
        &self,
        token_hash: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<FoundInvitation>> {
        let row = sqlx::query!(
            r#"select i.id as invitation_id, i.email, i.email_key, i.role_id, i.expires_at, r.name as role,
                 t.id, t.slug, t.name, t.state, t.sandbox, u.id as "user_id?"
               from invitations i
               join tenants t on t.id = i.tenant_id
               join roles r on r.tenant_id = i.tenant_id and r.id = i.role_id
               left join users u on u.email_key = i.email_key
               where i.token_hash = $1 and i.expires_at > $2"#,
            token_hash,
            now,
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(|row| FoundInvitation {
            id: InvitationId::new(row.invitation_id),
            tenant: access::summary(row.id, row.slug, row.name, row.state, row.sandbox),
            email: row.email,
            email_key: row.email_key,
            role_id: RoleId::new(row.role_id),
            role: row.role,
            user_id: row.user_id.map(UserId::new),
            expires_at: row.expires_at,
        }))
    }
}

/// Every open invitation, newest first; at most 1,000.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<InvitationRow>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        r#"select i.id, i.email, i.role_id, i.created_at, i.expires_at, r.name as role, u.name as "invited_by?",
             m.id as "mail_id?", m.sent_at, m.error
           from invitations i
           join roles r on r.tenant_id = i.tenant_id and r.id = i.role_id
           left join users u on u.id = i.invited_by
           left join lateral (
             select id, sent_at, error from mails
             where tenant_id = i.tenant_id and subject_id = i.id
             order by id desc
             limit 1) m on true
           where i.tenant_id = $1
           order by i.id desc
           limit 1000"#,
        tenant,
    )
    .fetch_all(tx.conn())
    .await?;
    let view = rows.into_iter().map(|row| InvitationRow {
        id: InvitationId::new(row.id),
        email: row.email,
        role_id: RoleId::new(row.role_id),
        role: row.role,
        invited_by: row.invited_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
        mail: row.mail_id.map(|_| MailRow {
            sent_at: row.sent_at,
            error: row.error,
        }),
    });
    Ok(view.collect())
}

/// Stores an invitation; `invitations_email_key` refuses a second one for the address.
pub async fn insert(tx: &mut TenantTx, new: &NewInvitation<'_>) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into invitations (tenant_id, id, email_key, email, role_id, token_hash, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant,
        new.id.uuid(),
        new.email_key,
        new.email,
        new.role_id.uuid(),
        new.token_hash,
        new.invited_by.map(UserId::uuid),
        new.now,
        new.expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives an invitation another token, so that the former one stops working; its address and role.
pub async fn renew(
    tx: &mut TenantTx,
    id: InvitationId,
    token_hash: &[u8],
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<(String, RoleId)> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query!(
        "update invitations set token_hash = $3, created_at = $4, expires_at = $5
         where tenant_id = $1 and id = $2
         returning email, role_id",
        tenant,
        id.uuid(),
        token_hash,
        now,
        expires_at,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.email, RoleId::new(row.role_id)))
}

/// Withdraws what a person who leaves invited, with the mail about it; tells how many invitations.
pub async fn delete_of(tx: &mut TenantTx, inviter: UserId) -> Result<usize> {
    let tenant = tx.tenant_id().uuid();
    let gone = sqlx::query_scalar!(
        "delete from invitations where tenant_id = $1 and invited_by = $2 returning id",
        tenant,
        inviter.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "delete from mails where tenant_id = $1 and subject_id = any($2)",
        tenant,
        &gone,
    )
    .execute(tx.conn())
    .await?;
    Ok(gone.len())
}

/// Ends an invitation.
pub async fn delete(tx: &mut TenantTx, id: InvitationId) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    let gone = sqlx::query!(
        "delete from invitations where tenant_id = $1 and id = $2",
        tenant,
        id.uuid()
    )
    .execute(tx.conn())
    .await?;
    if gone.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// Ends an invitation because its token was used; false when another request, or time, was faster.
pub async fn take(tx: &mut TenantTx, token_hash: &[u8], now: OffsetDateTime) -> Result<bool> {
    let tenant = tx.tenant_id().uuid();
    let taken = sqlx::query!(
        "delete from invitations where tenant_id = $1 and token_hash = $2 and expires_at > $3",
        tenant,
        token_hash,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(taken.rows_affected() == 1)
}

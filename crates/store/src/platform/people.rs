use domain::{PlatformUserId, SessionId, TenantId};
use time::OffsetDateTime;

use super::{PlatformPerson, PlatformScope};
use crate::{error::Result, pool::PlatformDb, tx::PlatformTx};

/// A platform admin as sign-in needs them.
#[derive(Debug, Clone)]
pub struct PlatformUserRow {
    /// Who they are.
    pub person: PlatformPerson,
    /// Argon2id, PHC string.
    pub password_hash: String,
}

/// A platform admin to store.
#[derive(Debug, Clone, Copy)]
pub struct NewPlatformUser<'a> {
    /// Its id.
    pub id: PlatformUserId,
    /// Lower-case address; unique.
    pub email_key: &'a str,
    /// Address as it was typed.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// Argon2id, PHC string.
    pub password_hash: &'a str,
}

/// A session to store.
#[derive(Debug, Clone, Copy)]
pub struct NewPlatformSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: PlatformUserId,
    /// SHA-256 of the cookie.
    pub token_hash: &'a [u8],
    /// Real time.
    pub created_at: OffsetDateTime,
    /// Real time.
    pub expires_at: OffsetDateTime,
}

impl PlatformDb {
    /// Finds a platform admin by lower-case address.
    pub async fn platform_user_by_email(&self, email_key: &str) -> Result<Option<PlatformUserRow>> {
        let row = sqlx::query!(
            "select
               id,
               email,
               name,
               password_hash
             from platform_users
             where email_key = $1",
            email_key,
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(|row| PlatformUserRow {
            person: PlatformPerson {
                id: PlatformUserId::new(row.id),
                email: row.email,
                name: row.name,
            },
            password_hash: row.password_hash,
        }))
    }

    /// The scope behind a session token, while it is valid at `now` (real time); `None` when unknown, revoked or expired.
    pub async fn resolve_platform_session(
        &self,
        token_hash: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<PlatformScope>> {
        let row = sqlx::query!(
            "select
               s.id as session_id,
               u.id as user_id,
               u.email,
               u.name
             from platform_sessions s
             join platform_users u on u.id = s.platform_user_id
             where s.token_hash = $1
               and s.revoked_at is null
               and s.expires_at > $2",
            token_hash,
            now,
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(|row| PlatformScope {
            user: PlatformPerson {
                id: PlatformUserId::new(row.user_id),
                email: row.email,
                name: row.name,
            },
            session_id: SessionId::new(row.session_id),
        }))
    }
}

impl PlatformTx {
    /// Stores a platform admin; `platform_users_email_key` refuses a second one with the address.
    pub async fn insert_platform_user(
        &mut self,
        user: &NewPlatformUser<'_>,
        now: OffsetDateTime,
    ) -> Result<()> {
        sqlx::query!(
            "insert into platform_users (id, email_key, email, name, password_hash, created_at)
             values ($1, $2, $3, $4, $5, $6)",
            user.id.uuid(),
            user.email_key,
            user.email,
            user.name,
            user.password_hash,
            now,
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Stores a session under the hash of its token.
    pub async fn insert_platform_session(&mut self, session: &NewPlatformSession<'_>) -> Result<()> {
        sqlx::query!(
            "insert into platform_sessions (token_hash, id, platform_user_id, created_at, expires_at)
             values ($1, $2, $3, $4, $5)",
            session.token_hash,
            session.id.uuid(),
            session.user_id.uuid(),
            session.created_at,
            session.expires_at,
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Ends a session and tells whose it was; `None` when there was none to end.
    pub async fn revoke_platform_session(
        &mut self,
        token_hash: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<(PlatformUserId, SessionId)>> {
        let row = sqlx::query!(
            "update platform_sessions
             set revoked_at = $2
             where token_hash = $1
               and revoked_at is null
             returning
               platform_user_id,
               id",
            token_hash,
            now,
        )
        .fetch_optional(self.conn())
        .await?;
        Ok(row.map(|row| (PlatformUserId::new(row.platform_user_id), SessionId::new(row.id))))
    }

    /// Ends the sessions of a tenant's members who belong to no other tenant that is active; how many.
    pub async fn cut_sessions_of(&mut self, id: TenantId, now: OffsetDateTime) -> Result<u64> {
        let done = sqlx::query!(
            "update sessions
             set revoked_at = $2
             where revoked_at is null
               and user_id in (
                 select m.user_id
                 from memberships m
                 where m.tenant_id = $1
                   and not exists (
                     select
                     from memberships o
                     join tenants t on t.id = o.tenant_id
                     where o.user_id = m.user_id
                       and t.id <> $1
                       and t.state = 1))",
            id.uuid(),
            now,
        )
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected())
    }
}

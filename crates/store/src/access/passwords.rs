//! Passwords of the tenant realm: read and changed before a tenant is known. The logs of the person's tenants are told
//! first, each in a transaction of its own: a password that changed is in every log.

use domain::{SessionId, UserId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::sessions::{Cut, PersonEvent, cut_open};
use crate::{
    error::Result,
    pool::{self, TenantDb},
    scope::{Actor, TenantScope},
    tx::TenantTx,
};

/// Stores the way to a new password inside a tenant, together with the mail that tells of it.
pub async fn insert_reset(
    tx: &mut TenantTx,
    user: UserId,
    token_hash: &[u8],
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into password_resets (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)",
        token_hash,
        user.uuid(),
        now,
        expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

impl TenantDb {
    /// The stored hash of a person's password.
    pub async fn password_hash(&self, user: UserId) -> Result<Option<String>> {
        let hash = sqlx::query_scalar!("select hash from user_passwords where user_id = $1", user.uuid())
            .fetch_optional(&self.0)
            .await?;
        Ok(hash)
    }

    /// A tenant through which mail reaches a person: one that they belong to.
    pub async fn mail_scope(&self, user: UserId) -> Result<Option<TenantScope>> {
        let mut scopes = self.scopes_of(user, &Actor::Worker("password-reset")).await?;
        Ok(scopes.pop())
    }

    /// Whose password a token may set, while it is valid at `now` (real time).
    pub async fn person_of_reset(&self, token_hash: &[u8], now: OffsetDateTime) -> Result<Option<UserId>> {
        let user = sqlx::query_scalar!(
            "select user_id from password_resets where token_hash = $1 and expires_at > $2",
            token_hash,
            now
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(user.map(UserId::new))
    }

    /// Sets a password, ends every session of the person but the kept one, and voids open resets.
    pub async fn change_password(
        &self,
        user: UserId,
        hash: &str,
        keep: Option<SessionId>,
        now: OffsetDateTime,
        event: &PersonEvent,
    ) -> Result<()> {
        self.log_for_person(user, event).await?;
        let mut tx = pool::begin(&self.0, "begin".to_owned()).await?;
        sqlx::query!("delete from password_resets where user_id = $1", user.uuid())
            .execute(&mut *tx)
            .await?;
        set(&mut tx, user, hash, keep, now).await?;
        Ok(tx.commit().await?)
    }

    /// The same by a token, which is used up; false when another request, or time, was faster.
    pub async fn reset_password(
        &self,
        user: UserId,
        token_hash: &[u8],
        hash: &str,
        now: OffsetDateTime,
        event: &PersonEvent,
    ) -> Result<bool> {
        self.log_for_person(user, event).await?;
        let mut tx = pool::begin(&self.0, "begin".to_owned()).await?;
        let used = sqlx::query!(
            "delete from password_resets where user_id = $1 and token_hash = $2 and expires_at > $3",
            user.uuid(),
            token_hash,
            now
        )
        .execute(&mut *tx)
        .await?;
        if used.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query!("delete from password_resets where user_id = $1", user.uuid())
            .execute(&mut *tx)
            .await?;
        set(&mut tx, user, hash, None, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A person by id, as a session shows them.
    pub async fn person(&self, user: UserId) -> Result<Option<(String, String)>> {
        let row = sqlx::query!("select email, name from users where id = $1", user.uuid())
            .fetch_optional(&self.0)
            .await?;
        Ok(row.map(|row| (row.email, row.name)))
    }
}

async fn set(
    connection: &mut PgConnection,
    user: UserId,
    hash: &str,
    keep: Option<SessionId>,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into user_passwords (user_id, hash) values ($1, $2)
         on conflict (user_id) do update set hash = excluded.hash",
        user.uuid(),
        hash
    )
    .execute(&mut *connection)
    .await?;
    cut_open(connection, user, Cut::AllBut(keep), now).await?;
    Ok(())
}

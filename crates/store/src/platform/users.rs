//! People of the tenant realm, as the platform makes them.

use domain::UserId;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{error::Result, pool::PlatformDb, tx::PlatformTx};

/// A person to store unless their address is known.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'a> {
    /// Its id, if it is new.
    pub id: UserId,
    /// Lower-case address; unique in the installation.
    pub email_key: &'a str,
    /// Address as it was typed.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// Argon2id, PHC string; `None` opens to no password.
    pub password_hash: Option<&'a str>,
}

/// What became of a [`NewUser`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserUpsert {
    /// Stored now.
    Created(UserId),
    /// Somebody had joined with this address without proving it: the password is the new one, their sessions are ended.
    Claimed(UserId),
    /// Somebody with this address was there; nothing of theirs was changed.
    Known(UserId),
}

impl UserUpsert {
    /// The person.
    #[must_use]
    pub const fn user_id(self) -> UserId {
        match self {
            Self::Created(id) | Self::Claimed(id) | Self::Known(id) => id,
        }
    }
}

impl PlatformDb {
    /// True when somebody of the tenant realm has this lower-case address and has proven that it is theirs.
    pub async fn user_is_proven(&self, email_key: &str) -> Result<bool> {
        let known = sqlx::query_scalar!(
            "select exists (select from users where email_key = $1 and verified)",
            email_key
        )
        .fetch_one(&self.0)
        .await?;
        Ok(known.unwrap_or(false))
    }
}

impl PlatformTx {
    /// Stores a person of the tenant realm, or finds the one with this address; who never proved it gets the password.
    pub async fn upsert_user(&mut self, user: &NewUser<'_>, now: OffsetDateTime) -> Result<UserUpsert> {
        let inserted = sqlx::query!(
            "insert into users (id, email_key, email, name, created_at)
             values ($1, $2, $3, $4, $5)
             on conflict (email_key) do nothing",
            user.id.uuid(),
            user.email_key,
            user.email,
            user.name,
            now,
        )
        .execute(self.conn())
        .await?;
        if inserted.rows_affected() == 1 {
            if let Some(hash) = user.password_hash {
                sqlx::query!(
                    "insert into user_passwords (user_id, hash) values ($1, $2)",
                    user.id.uuid(),
                    hash
                )
                .execute(self.conn())
                .await?;
            }
            return Ok(UserUpsert::Created(user.id));
        }
        let known = sqlx::query!(
            "select id, verified from users where email_key = $1 for update",
            user.email_key
        )
        .fetch_one(self.conn())
        .await?;
        match user.password_hash {
            Some(hash) if !known.verified => {
                self.claim_user(known.id, hash, now).await?;
                Ok(UserUpsert::Claimed(UserId::new(known.id)))
            }
            _ => Ok(UserUpsert::Known(UserId::new(known.id))),
        }
    }

    async fn claim_user(&mut self, id: Uuid, hash: &str, now: OffsetDateTime) -> Result<()> {
        sqlx::query!("update users set verified = true where id = $1", id)
            .execute(self.conn())
            .await?;
        sqlx::query!("update user_passwords set hash = $2 where user_id = $1", id, hash)
            .execute(self.conn())
            .await?;
        sqlx::query!(
            "update sessions set revoked_at = $2 where user_id = $1 and revoked_at is null",
            id,
            now
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }
}

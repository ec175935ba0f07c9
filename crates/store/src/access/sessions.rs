//! Sessions, begun and refused together with what the audit logs of the person's tenants say of it.

use domain::{AuditEntryId, Ids, SessionId, UserId};
use serde_json::Value;
use time::OffsetDateTime;

use crate::{
    audit::{self, Entry},
    error::Result,
    pool::TenantDb,
    scope::{Actor, TenantScope},
};

/// A session to store.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// SHA-256 of the token.
    pub token_hash: &'a [u8],
    /// When it begins, real time.
    pub created_at: OffsetDateTime,
    /// When it ends, real time.
    pub expires_at: OffsetDateTime,
}

/// What the log of each tenant of a person is told.
#[derive(Debug, Clone)]
pub struct PersonEvent {
    /// Ids of the entries.
    pub ids: Ids,
    /// When, by the product's clock.
    pub at: OffsetDateTime,
    /// `session.begin`, `session.end`, `session.refused`.
    pub action: &'static str,
    /// Who is said to have acted.
    pub actor: Actor,
    /// The session or the person.
    pub target: String,
    /// Ids, digests and reasons.
    pub details: Value,
}

impl PersonEvent {
    fn entry(&self) -> Entry {
        Entry {
            id: self.ids.make::<AuditEntryId>(),
            at: self.at,
            action: self.action,
            target: Some(self.target.clone()),
            details: self.details.clone(),
        }
    }
}

impl TenantDb {
    /// Stores a session with its entry in the log of the person's tenant. Of several tenants the others' logs are
    /// written first, each in a transaction of its own: a session that exists is in every log.
    pub async fn begin_session(&self, session: &NewSession<'_>, event: &PersonEvent) -> Result<()> {
        let mut scopes = self.scopes_of(session.user_id, &event.actor).await?;
        let last = scopes.pop();
        self.log(&scopes, event).await?;
        let Some(scope) = last else {
            return insert(&mut *self.0.acquire().await?, session).await;
        };
        let mut tx = self.begin(&scope).await?;
        audit::append(&mut tx, &scope, &event.entry()).await?;
        insert(tx.conn(), session).await?;
        tx.commit().await
    }

    /// Ends a session; the person and the session, unless it had ended or is unknown.
    pub async fn end_session(
        &self,
        token_hash: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<(UserId, SessionId)>> {
        let row = sqlx::query!(
            "update sessions set revoked_at = $2 where token_hash = $1 and revoked_at is null returning user_id, id",
            token_hash,
            now
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(|row| (UserId::new(row.user_id), SessionId::new(row.id))))
    }

    /// Tells the log of each tenant of a person, each in a transaction of its own.
    pub async fn log_for_person(&self, user: UserId, event: &PersonEvent) -> Result<()> {
        let scopes = self.scopes_of(user, &event.actor).await?;
        self.log(&scopes, event).await
    }

    async fn log(&self, scopes: &[TenantScope], event: &PersonEvent) -> Result<()> {
        for scope in scopes {
            let mut tx = self.begin(scope).await?;
            audit::append(&mut tx, scope, &event.entry()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Scopes that may do nothing but be written down in.
    async fn scopes_of(&self, user: UserId, actor: &Actor) -> Result<Vec<TenantScope>> {
        let memberships = self.memberships(user).await?;
        Ok(memberships
            .into_iter()
            .map(|membership| TenantScope::proven(membership.tenant, actor.clone(), Default::default()))
            .collect())
    }
}

async fn insert(connection: &mut sqlx::PgConnection, session: &NewSession<'_>) -> Result<()> {
    sqlx::query!(
        "insert into sessions (token_hash, id, user_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        session.token_hash,
        session.id.uuid(),
        session.user_id.uuid(),
        session.created_at,
        session.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

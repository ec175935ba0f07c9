//! Sessions, begun and refused together with what the audit logs of the person's tenants say of it.

use domain::{AuditEntryId, Ids, SessionId, UserId};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    audit::{self, Entry},
    error::Result,
    pool::TenantDb,
    scope::{Actor, TenantScope},
    tx::TenantTx,
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
    /// Network address that it was begun from.
    pub address: Option<&'a str>,
    /// What the browser calls itself.
    pub user_agent: Option<&'a str>,
}

/// A session as its person sees it.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The session.
    pub id: SessionId,
    /// When it began.
    pub created_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: OffsetDateTime,
    /// When it was last used, to five minutes.
    pub last_seen_at: Option<OffsetDateTime>,
    /// Network address that it was begun from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// Which sessions of a person end.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    /// This one.
    One(SessionId),
    /// All of them but this one.
    AllBut(Option<SessionId>),
}

impl Cut {
    /// The session to end alone, and the one to keep.
    fn parts(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::One(id) => (Some(id.uuid()), None),
            Self::AllBut(kept) => (None, kept.map(SessionId::uuid)),
        }
    }
}

/// What the log of each tenant of a person is told.
#[derive(Debug, Clone)]
pub struct PersonEvent {
    /// Ids of the entries.
    pub ids: Ids,
    /// When, by the product's clock.
    pub at: OffsetDateTime,
    /// `session.begin`, `session.refused`, `password.change` …
    pub action: &'static str,
    /// Who is said to have acted.
    pub actor: Actor,
    /// The session or the person.
    pub target: String,
    /// Ids, digests and reasons.
    pub details: Value,
}

impl PersonEvent {
    pub(super) fn entry(&self) -> Entry {
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

    /// The sessions of a person that work, the newest first.
    pub async fn sessions_of(&self, user: UserId, now: OffsetDateTime) -> Result<Vec<SessionRow>> {
        open_sessions(&mut *self.0.acquire().await?, user, now).await
    }

    /// Ends sessions of a person; how many.
    pub async fn cut_sessions(&self, user: UserId, cut: Cut, now: OffsetDateTime) -> Result<u64> {
        cut_open(&mut *self.0.acquire().await?, user, cut, now).await
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
    pub(super) async fn scopes_of(&self, user: UserId, actor: &Actor) -> Result<Vec<TenantScope>> {
        let memberships = self.memberships(user).await?;
        Ok(memberships
            .into_iter()
            .map(|membership| TenantScope::proven(membership.tenant, actor.clone(), Default::default()))
            .collect())
    }
}

/// Stores a session inside a tenant, where its person joins.
pub async fn begin_in(tx: &mut TenantTx, session: &NewSession<'_>) -> Result<()> {
    insert(tx.conn(), session).await
}

/// The sessions of a member that work, the newest first.
pub async fn of_member(tx: &mut TenantTx, user: UserId, now: OffsetDateTime) -> Result<Vec<SessionRow>> {
    open_sessions(tx.conn(), user, now).await
}

/// Ends sessions of a member; how many.
pub async fn cut_member(tx: &mut TenantTx, user: UserId, cut: Cut, now: OffsetDateTime) -> Result<u64> {
    cut_open(tx.conn(), user, cut, now).await
}

async fn open_sessions(
    connection: &mut sqlx::PgConnection,
    user: UserId,
    now: OffsetDateTime,
) -> Result<Vec<SessionRow>> {
    let rows = sqlx::query!(
        "select id, created_at, expires_at, last_seen_at, address, user_agent
         from sessions
         where user_id = $1 and revoked_at is null and expires_at > $2
         order by created_at desc, id desc
         limit 1000",
        user.uuid(),
        now,
    )
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter().map(|row| SessionRow {
        id: SessionId::new(row.id),
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_seen_at: row.last_seen_at,
        address: row.address,
        user_agent: row.user_agent,
    });
    Ok(rows.collect())
}

pub(super) async fn cut_open(
    connection: &mut sqlx::PgConnection,
    user: UserId,
    cut: Cut,
    now: OffsetDateTime,
) -> Result<u64> {
    let (one, kept) = cut.parts();
    let done = sqlx::query!(
        "update sessions set revoked_at = $2
         where user_id = $1 and revoked_at is null and ($3::uuid is null or id = $3) and ($4::uuid is null or id <> $4)",
        user.uuid(),
        now,
        one,
        kept,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

async fn insert(connection: &mut sqlx::PgConnection, session: &NewSession<'_>) -> Result<()> {
    sqlx::query!(
        "insert into sessions (token_hash, id, user_id, created_at, expires_at, address, user_agent, last_seen_at)
         values ($1, $2, $3, $4, $5, $6, $7, $4)",
        session.token_hash,
        session.id.uuid(),
        session.user_id.uuid(),
        session.created_at,
        session.expires_at,
        session.address,
        session.user_agent,
    )
    .execute(connection)
    .await?;
    Ok(())
}

//! Sign-in and credentials of the tenant realm: read before a tenant is known, they yield the scope.

pub mod api_keys;
pub mod passwords;
pub mod sessions;
mod tries;

use std::collections::BTreeSet;

use domain::{ApiKeyId, SessionId, TenantId, UserId, permission::Permission};
use time::{Duration, OffsetDateTime};

use crate::{
    error::Result,
    pool::TenantDb,
    scope::{Actor, TenantScope, TenantSummary},
    tx::TenantTx,
};

pub use sessions::{Cut, NewSession, PersonEvent, SessionRow};
pub use tries::{SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW, SignInTries};

/// `tenants.state` of an active tenant.
pub(crate) const TENANT_ACTIVE: i16 = 1;
/// How fresh `last_used_at` of a key is kept; a write per call would be a hot row.
const LAST_USED_FRESHNESS: Duration = Duration::minutes(1);
/// The same for `last_seen_at` of a session.
const LAST_SEEN_FRESHNESS: Duration = Duration::minutes(5);

/// A person as sign-in needs them.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// The person.
    pub id: UserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Argon2id, PHC string; `None` when they have no password.
    pub password_hash: Option<String>,
}

/// A tenant that a person belongs to.
#[derive(Debug, Clone)]
pub struct MembershipRow {
    /// The tenant.
    pub tenant: TenantSummary,
    /// Language of people who have not chosen their own.
    pub language: String,
    /// Name of the role.
    pub role: String,
    /// What the role may do.
    pub permissions: BTreeSet<Permission>,
}

/// A signed-in person, no tenant chosen.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub user_id: UserId,
    /// Their session.
    pub session_id: SessionId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
}

impl TenantDb {
    /// Finds a person by lower-case address.
    pub async fn user_by_email(&self, email_key: &str) -> Result<Option<UserRow>> {
        let row = sqlx::query!(
            r#"select u.id, u.email, u.name, p.hash as "hash?"
               from users u
               left join user_passwords p on p.user_id = u.id
               where u.email_key = $1"#,
            email_key
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(|row| UserRow {
            id: UserId::new(row.id),
            email: row.email,
            name: row.name,
            password_hash: row.hash,
        }))
    }

    /// The person behind a session token, while it is valid at `now` (real time).
    pub async fn signed_in(&self, token_hash: &[u8], now: OffsetDateTime) -> Result<Option<SignedIn>> {
        let row = sqlx::query!(
            "select s.id as session_id, u.id as user_id, u.email, u.name
             from sessions s
             join users u on u.id = s.user_id
             where s.token_hash = $1 and s.revoked_at is null and s.expires_at > $2",
            token_hash,
            now,
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(|row| SignedIn {
            user_id: UserId::new(row.user_id),
            session_id: SessionId::new(row.session_id),
            email: row.email,
            name: row.name,
        }))
    }

    /// The tenants of a person, by name.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<MembershipRow>> {
        let rows = sqlx::query!(
            "select t.id, t.slug, t.name, t.state, t.sandbox, t.language, r.name as role, r.permissions
             from memberships m
             join tenants t on t.id = m.tenant_id
             join roles r on r.tenant_id = m.tenant_id and r.id = m.role_id
             where m.user_id = $1
             order by t.name, t.id",
            user.uuid(),
        )
        .fetch_all(&self.0)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| MembershipRow {
                tenant: summary(row.id, row.slug, row.name, row.state, row.sandbox),
                language: row.language,
                role: row.role,
                permissions: permissions(&row.permissions),
            })
            .collect())
    }

    /// The scope of a session in the tenant of this address; `None` when there is no such tenant or no membership.
    pub async fn resolve_session(
        &self,
        token_hash: &[u8],
        slug: &str,
        now: OffsetDateTime,
    ) -> Result<Option<TenantScope>> {
        let row = sqlx::query!(
            "select t.id, t.slug, t.name, t.state, t.sandbox, r.permissions, s.id as session_id, s.user_id, s.last_seen_at
             from sessions s
             join memberships m on m.user_id = s.user_id
             join tenants t on t.id = m.tenant_id
             join roles r on r.tenant_id = m.tenant_id and r.id = m.role_id
             where s.token_hash = $1 and s.revoked_at is null and s.expires_at > $3 and t.slug = $2",
            token_hash,
            slug,
            now,
        )
        .fetch_optional(&self.0)
        .await?;
        let Some(row) = row else { return Ok(None) };
        if row
            .last_seen_at
            .is_none_or(|seen| seen + LAST_SEEN_FRESHNESS < now)
        {
            sqlx::query!(
                "update sessions set last_seen_at = $2 where token_hash = $1",
                token_hash,
                now
            )
            .execute(&self.0)
            .await?;
        }
        let actor = Actor::User {
            user_id: UserId::new(row.user_id),
            session_id: SessionId::new(row.session_id),
        };
        let tenant = summary(row.id, row.slug, row.name, row.state, row.sandbox);
        Ok(Some(TenantScope::proven(
            tenant,
            actor,
            permissions(&row.permissions),
        )))
    }

    /// The scope of an API key; `None` when unknown, revoked or expired at `now` (real time).
    pub async fn resolve_api_key(
        &self,
        token_hash: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<TenantScope>> {
        let row = sqlx::query!(
            "select k.id as key_id, k.scopes, k.last_used_at, t.id, t.slug, t.name, t.state, t.sandbox
             from api_keys k
             join tenants t on t.id = k.tenant_id
             where k.token_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2)",
            token_hash,
            now,
        )
        .fetch_optional(&self.0)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let actor = Actor::ApiKey(ApiKeyId::new(row.key_id));
        let tenant = summary(row.id, row.slug, row.name, row.state, row.sandbox);
        let scope = TenantScope::proven(tenant, actor, permissions(&row.scopes));
        if row
            .last_used_at
            .is_none_or(|used| used + LAST_USED_FRESHNESS < now)
        {
            let mut tx = self.begin(&scope).await?;
            touch_key(&mut tx, ApiKeyId::new(row.key_id), now).await?;
            tx.commit().await?;
        }
        Ok(Some(scope))
    }
}

async fn touch_key(tx: &mut TenantTx, key: ApiKeyId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update api_keys set last_used_at = $3 where tenant_id = $1 and id = $2",
        tenant,
        key.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) fn summary(
    id: uuid::Uuid,
    slug: String,
    name: String,
    state: i16,
    sandbox: bool,
) -> TenantSummary {
    TenantSummary {
        id: TenantId::new(id),
        slug,
        name,
        active: state == TENANT_ACTIVE,
        sandbox,
    }
}

/// Unknown names are skipped: a role may hold permissions of a newer version.
pub(crate) fn permissions(names: &[String]) -> BTreeSet<Permission> {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

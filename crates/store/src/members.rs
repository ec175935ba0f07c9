//! Members of a tenant: people with their role.

use domain::{RoleId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    page::{Page, PageRequest},
    tx::TenantTx,
};

/// A member as the team sees them.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// The person.
    pub user_id: UserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role_id: RoleId,
    /// Name of the role.
    pub role: String,
    /// True for a built-in role.
    pub builtin: bool,
    /// What the role may do, as it is stored.
    pub permissions: Vec<String>,
    /// When they joined.
    pub joined_at: OffsetDateTime,
    /// When one of their sessions was last used, to five minutes.
    pub last_seen_at: Option<OffsetDateTime>,
}

/// A person to store.
#[derive(Debug)]
pub struct NewPerson<'a> {
    /// The person.
    pub id: UserId,
    /// Lower-case address; unique in the installation.
    pub email_key: &'a str,
    /// Address as the invitation names it.
    pub email: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Argon2id, PHC string.
    pub password_hash: &'a str,
    /// True when the address is proven to be theirs.
    pub verified: bool,
    /// When.
    pub now: OffsetDateTime,
}

#[derive(Serialize, Deserialize)]
struct Key(Uuid);

/// A page of members, the longest known first.
pub async fn page(tx: &mut TenantTx, request: &PageRequest) -> Result<Page<MemberRow>> {
    let after = request.key::<Key>()?.map_or(Uuid::nil(), |Key(id)| id);
    let rows = rows(tx, after, None, request.fetch()).await?;
    Ok(Page::cut(rows, request.fetch(), |row| Key(row.user_id.uuid())))
}

/// One member.
pub async fn get(tx: &mut TenantTx, user: UserId) -> Result<MemberRow> {
    let rows = rows(tx, Uuid::nil(), Some(user.uuid()), 1).await?;
    rows.into_iter().next().ok_or(Error::NotFound)
}

async fn rows(tx: &mut TenantTx, after: Uuid, only: Option<Uuid>, limit: i64) -> Result<Vec<MemberRow>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        r#"select m.user_id, m.created_at, u.email, u.name, r.id as role_id, r.name as role, r.builtin, r.permissions,
             (select max(coalesce(s.last_seen_at, s.created_at)) from sessions s where s.user_id = m.user_id) as last_seen_at
           from memberships m
           join users u on u.id = m.user_id
           join roles r on r.tenant_id = m.tenant_id and r.id = m.role_id
           where m.tenant_id = $1 and m.user_id > $2 and ($3::uuid is null or m.user_id = $3)
           order by m.user_id
           limit $4"#,
        tenant,
        after,
        only,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows.into_iter().map(|row| MemberRow {
        user_id: UserId::new(row.user_id),
        email: row.email,
        name: row.name,
        role_id: RoleId::new(row.role_id),
        role: row.role,
        builtin: row.builtin,
        permissions: row.permissions,
        joined_at: row.created_at,
        last_seen_at: row.last_seen_at,
    });
    Ok(rows.collect())
}

/// True when somebody with this address is a member.
pub async fn is_member(tx: &mut TenantTx, email_key: &str) -> Result<bool> {
    let tenant = tx.tenant_id().uuid();
    let found = sqlx::query_scalar!(
        "select exists (
           select from memberships m
           join users u on u.id = m.user_id
           where m.tenant_id = $1 and u.email_key = $2)",
        tenant,
        email_key,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found.unwrap_or_default())
}

/// Stores somebody new with their password; `users_email_key` refuses a second person with the address.
pub async fn insert_person(tx: &mut TenantTx, person: &NewPerson<'_>) -> Result<()> {
    sqlx::query!(
        "insert into users (id, email_key, email, name, created_at, verified) values ($1, $2, $3, $4, $5, $6)",
        person.id.uuid(),
        person.email_key,
        person.email,
        person.name,
        person.now,
        person.verified,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into user_passwords (user_id, hash) values ($1, $2)",
        person.id.uuid(),
        person.password_hash
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes a person a member; who is one already keeps their role.
pub async fn join(tx: &mut TenantTx, user: UserId, role: RoleId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into memberships (tenant_id, user_id, role_id, created_at) values ($1, $2, $3, $4)
         on conflict (tenant_id, user_id) do nothing",
        tenant,
        user.uuid(),
        role.uuid(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives a member another role.
pub async fn set_role(tx: &mut TenantTx, user: UserId, role: RoleId) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update memberships set role_id = $3 where tenant_id = $1 and user_id = $2",
        tenant,
        user.uuid(),
        role.uuid(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes a member out of the tenant.
pub async fn remove(tx: &mut TenantTx, user: UserId) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "delete from memberships where tenant_id = $1 and user_id = $2",
        tenant,
        user.uuid()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// True when the tenant has an owner besides this person. Whoever asks waits for the one who asked before, so that two
/// together can't take the last owner away.
pub async fn other_owner(tx: &mut TenantTx, user: UserId) -> Result<bool> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('owners' || $1, 0))",
        tenant.to_string()
    )
    .fetch_one(tx.conn())
    .await?;
    let found = sqlx::query_scalar!(
        "select exists (
           select from memberships m
           join roles r on r.tenant_id = m.tenant_id and r.id = m.role_id
           where m.tenant_id = $1 and m.user_id <> $2 and r.builtin and r.name = 'owner')",
        tenant,
        user.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found.unwrap_or_default())
}

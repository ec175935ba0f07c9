//! Roles of a tenant: built-in ones, which stay as they are, and custom ones.

use domain::RoleId;

use crate::{
    error::{Error, Result},
    tx::TenantTx,
};

/// A role.
#[derive(Debug, Clone)]
pub struct RoleRow {
    /// The role.
    pub id: RoleId,
    /// Its name; unique in the tenant.
    pub name: String,
    /// True when it came with the tenant and can't be changed.
    pub builtin: bool,
    /// What it may do, as it is stored.
    pub permissions: Vec<String>,
    /// How many members have it.
    pub members: i64,
}

/// Every role: built-in ones, then custom ones by name.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<RoleRow>> {
    rows(tx, None).await
}

/// One role.
pub async fn get(tx: &mut TenantTx, id: RoleId) -> Result<RoleRow> {
    rows(tx, Some(id))
        .await?
        .into_iter()
        .next()
        .ok_or(Error::NotFound)
}

async fn rows(tx: &mut TenantTx, only: Option<RoleId>) -> Result<Vec<RoleRow>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        r#"select r.id, r.name, r.builtin, r.permissions, count(m.user_id) as "members!"
           from roles r
           left join memberships m on m.tenant_id = r.tenant_id and m.role_id = r.id
           where r.tenant_id = $1 and ($2::uuid is null or r.id = $2)
           group by r.tenant_id, r.id
           order by r.builtin desc, case when r.builtin then r.id end, lower(r.name), r.id
           limit 1000"#,
        tenant,
        only.map(RoleId::uuid),
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows.into_iter().map(|row| RoleRow {
        id: RoleId::new(row.id),
        name: row.name,
        builtin: row.builtin,
        permissions: row.permissions,
        members: row.members,
    });
    Ok(rows.collect())
}

/// Stores a custom role; `roles_name_key` refuses a name that is taken.
pub async fn insert(tx: &mut TenantTx, id: RoleId, name: &str, permissions: &[String]) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into roles (tenant_id, id, name, permissions) values ($1, $2, $3, $4)",
        tenant,
        id.uuid(),
        name,
        permissions,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Changes a custom role, at once for everybody who has it.
pub async fn update(tx: &mut TenantTx, id: RoleId, name: &str, permissions: &[String]) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update roles set name = $3, permissions = $4 where tenant_id = $1 and id = $2 and not builtin",
        tenant,
        id.uuid(),
        name,
        permissions,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes a custom role that nobody has and no invitation gives; the foreign keys refuse any other.
pub async fn delete(tx: &mut TenantTx, id: RoleId) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "delete from roles where tenant_id = $1 and id = $2 and not builtin",
        tenant,
        id.uuid()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

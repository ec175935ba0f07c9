use domain::{Error, ErrorKind, Result, RoleId, permission::Permission};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    TenantScope, audit,
    roles::{self, RoleRow},
};
use utoipa::ToSchema;

use super::require_all;
use crate::tenant::TenantServices;

/// Roles that one tenant may have.
const ROLES_MAX: usize = 100;
/// Longest name.
const NAME_CHARS_MAX: usize = 60;

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleView {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// True when it came with the tenant and can't be changed.
    pub builtin: bool,
    /// What it may do.
    pub permissions: Vec<String>,
    /// How many members have it.
    pub members: i64,
}

impl From<RoleRow> for RoleView {
    fn from(row: RoleRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            builtin: row.builtin,
            permissions: row.permissions,
            members: row.members,
        }
    }
}

/// A custom role as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleDraft {
    /// 1 to 60 characters, unique in the tenant.
    pub name: String,
    /// Permissions, each one that you have yourself.
    pub permissions: Vec<String>,
}

impl TenantServices {
    /// Every role: built-in ones, then custom ones by name.
    pub async fn roles(&self, scope: &TenantScope) -> Result<Vec<RoleView>> {
        scope.require(Permission::TeamRead)?;
        let mut tx = self.db.begin(scope).await?;
        let rows = roles::list(&mut tx).await?;
        Ok(rows.into_iter().map(RoleView::from).collect())
    }

    /// Makes a custom role.
    pub async fn create_role(&self, scope: &TenantScope, draft: RoleDraft) -> Result<RoleView> {
        scope.require(Permission::RolesManage)?;
        let (name, permissions) = checked(scope, &draft)?;
        let id: RoleId = self.ids.make();
        let mut tx = self.db.begin(scope).await?;
        if roles::list(&mut tx).await?.len() >= ROLES_MAX {
            return Err(Error::new(
                ErrorKind::Conflict,
                "conflict",
                format!("A tenant has at most {ROLES_MAX} roles. Delete one that nobody has."),
            ));
        }
        roles::insert(&mut tx, id, name, &permissions).await?;
        let entry = self.audit("role.create", id, json!({ "permissions": permissions }));
        audit::append(&mut tx, scope, &entry).await?;
        let role = roles::get(&mut tx, id).await?;
        tx.commit().await?;
        Ok(role.into())
    }

    /// Changes a custom role, at once for everybody who has it.
    pub async fn change_role(&self, scope: &TenantScope, id: RoleId, draft: RoleDraft) -> Result<RoleView> {
        scope.require(Permission::RolesManage)?;
        let mut tx = self.db.begin(scope).await?;
        let role = custom(roles::get(&mut tx, id).await?)?;
        require_all(scope, &role.permissions)?;
        let (name, permissions) = checked(scope, &draft)?;
        roles::update(&mut tx, id, name, &permissions).await?;
        let details = json!({ "from": role.permissions, "to": permissions });
        audit::append(&mut tx, scope, &self.audit("role.update", id, details)).await?;
        let role = roles::get(&mut tx, id).await?;
        tx.commit().await?;
        Ok(role.into())
    }

    /// Deletes a custom role that nobody has and no invitation gives.
    pub async fn delete_role(&self, scope: &TenantScope, id: RoleId) -> Result<()> {
        scope.require(Permission::RolesManage)?;
        let mut tx = self.db.begin(scope).await?;
        let role = custom(roles::get(&mut tx, id).await?)?;
        require_all(scope, &role.permissions)?;
        roles::delete(&mut tx, id).await?;
        let details = json!({ "permissions": role.permissions });
        audit::append(&mut tx, scope, &self.audit("role.delete", id, details)).await?;
        Ok(tx.commit().await?)
    }
}

fn custom(role: RoleRow) -> Result<RoleRow> {
    if role.builtin {
        return Err(Error::new(
            ErrorKind::Conflict,
            "conflict",
            "Built-in roles stay as they are. Make a role of your own with the permissions you want.",
        ));
    }
    Ok(role)
}

/// The name, and the permissions each once, in the order of the program.
fn checked<'a>(scope: &TenantScope, draft: &'a RoleDraft) -> Result<(&'a str, Vec<String>)> {
    let name = draft.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "1 to 60 characters."));
    }
    let mut permissions = Vec::new();
    for (index, text) in draft.permissions.iter().enumerate() {
        let permission = text
            .parse::<Permission>()
            .ok()
            .filter(|permission| scope.permissions().contains(permission));
        let Some(permission) = permission else {
            return Err(Error::invalid(
                format!("permissions.{index}"),
                format!("`{text}` is no permission that you have yourself."),
            ));
        };
        permissions.push(permission);
    }
    permissions.sort_unstable();
    permissions.dedup();
    Ok((name, permissions.iter().map(Permission::to_string).collect()))
}

//! Who works on a conversation and whether it is done.

use std::collections::BTreeSet;

use domain::{ConversationId, UserId, permission::Permission};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    page::{Page, PageRequest},
    tx::TenantTx,
};

/// A person of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// Gives a conversation to a person of the tenant, or to nobody; true when it was not so.
pub async fn assign(tx: &mut TenantTx, id: ConversationId, to: Option<UserId>) -> Result<bool> {
    let updated = sqlx::query!(
        "update conversations
         set assignee_user_id = $3,
             version = version + 1
         where tenant_id = $1
           and id = $2
           and assignee_user_id is distinct from $3",
        tx.tenant_id().uuid(),
        id.uuid(),
        to.map(UserId::uuid),
    )
    .execute(tx.conn())
    .await?;
    Ok(updated.rows_affected() > 0)
}

/// Gives the conversations of a person who leaves the tenant back to nobody, and tells which.
pub async fn release(tx: &mut TenantTx, user: UserId) -> Result<Vec<ConversationId>> {
    let ids = sqlx::query_scalar!(
        "update conversations
         set assignee_user_id = null,
             version = version + 1
         where tenant_id = $1
           and assignee_user_id = $2
         returning id",
        tx.tenant_id().uuid(),
        user.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(ConversationId::new).collect())
}

/// Marks a conversation as done with all that the customer wrote so far; true when it was open.
pub async fn resolve(tx: &mut TenantTx, id: ConversationId) -> Result<bool> {
    let updated = sqlx::query!(
        "update conversations
         set resolved_inbound = inbound,
             version = version + 1
         where tenant_id = $1
           and id = $2
           and open",
        tx.tenant_id().uuid(),
        id.uuid(),
    )
    .execute(tx.conn())
    .await?;
    Ok(updated.rows_affected() > 0)
}

/// Opens a resolved conversation; true when it was resolved.
pub async fn reopen(tx: &mut TenantTx, id: ConversationId) -> Result<bool> {
    let updated = sqlx::query!(
        "update conversations
         set resolved_inbound = null,
             version = version + 1
         where tenant_id = $1
           and id = $2
           and not open",
        tx.tenant_id().uuid(),
        id.uuid(),
    )
    .execute(tx.conn())
    .await?;
    Ok(updated.rows_affected() > 0)
}

/// What a person of the tenant may do.
pub async fn colleague(tx: &mut TenantTx, user: UserId) -> Result<BTreeSet<Permission>> {
    let permissions = sqlx::query_scalar!(
        "select r.permissions
         from memberships m
         join roles r on r.tenant_id = m.tenant_id and r.id = m.role_id
         where m.tenant_id = $1
           and m.user_id = $2",
        tx.tenant_id().uuid(),
        user.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(permissions.iter().filter_map(|name| name.parse().ok()).collect())
}

#[derive(Serialize, Deserialize)]
struct Key(String, Uuid);

/// A page of the people who may be given conversations, by name.
pub async fn assignees(tx: &mut TenantTx, request: &PageRequest) -> Result<Page<PersonRow>> {
    let fetch = request.fetch();
    let (name, id) = request
        .key::<Key>()?
        .map_or((None, None), |Key(name, id)| (Some(name), Some(id)));
    let rows = sqlx::query!(
        r#"select u.id, u.name
           from memberships m
           join roles r on r.tenant_id = m.tenant_id and r.id = m.role_id
           join users u on u.id = m.user_id
           where m.tenant_id = $1
             and $2 = any(r.permissions)
             and ($3::text is null or (u.name collate "C", u.id) > ($3, $4))
           order by u.name collate "C", u.id
           limit $5"#,
        tx.tenant_id().uuid(),
        Permission::ConversationsRead.to_string(),
        name,
        id,
        fetch,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows.into_iter().map(|row| PersonRow {
        id: UserId::new(row.id),
        name: row.name,
    });
    Ok(Page::cut(rows.collect(), fetch, |row| {
        Key(row.name.clone(), row.id.uuid())
    }))
}

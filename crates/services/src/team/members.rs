use domain::{Error, ErrorKind, Result, RoleId, UserId, event::DomainEvent, permission::Permission};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    TenantScope, TenantTx,
    access::{Cut, sessions},
    audit, conversations,
    members::{self, MemberRow},
    outbox,
    page::{Page, PageRequest},
    roles,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{RoleRef, require_all, require_givable};
use crate::{accounts::sessions::SessionView, accounts::sign_in::Person, tenant::TenantServices};

/// A member of the team.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    /// The person.
    pub user: Person,
    /// Their role.
    pub role: RoleRef,
    /// When they joined.
    #[serde(with = "time::serde::rfc3339")]
    pub joined_at: OffsetDateTime,
    /// When they were last here, to five minutes.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_seen_at: Option<OffsetDateTime>,
}

impl From<MemberRow> for MemberView {
    fn from(row: MemberRow) -> Self {
        Self {
            user: Person {
                id: row.user_id,
                email: row.email,
                name: row.name,
            },
            role: RoleRef {
                id: row.role_id,
                name: row.role,
            },
            joined_at: row.joined_at,
            last_seen_at: row.last_seen_at,
        }
    }
}

/// What to change of a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    /// Their role from now on: one that may do no more than you.
    pub role_id: RoleId,
}

impl TenantServices {
    /// A page of the team, the longest known first.
    pub async fn members(&self, scope: &TenantScope, page: &PageRequest) -> Result<Page<MemberView>> {
        scope.require(Permission::TeamRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(members::page(&mut tx, page).await?.map(MemberView::from))
    }

    /// Gives a member another role, which counts from their next request on.
    pub async fn change_member(
        &self,
        scope: &TenantScope,
        user: UserId,
        request: &ChangeMember,
    ) -> Result<MemberView> {
        scope.require(Permission::TeamManage)?;
        let mut tx = self.db.begin(scope).await?;
        let member = members::get(&mut tx, user).await?;
        let role = roles::get(&mut tx, request.role_id).await?;
        require_all(scope, &member.permissions)?;
        require_givable(scope, "role_id", &role.permissions)?;
        if member.role_id != role.id {
            keep_an_owner(&mut tx, &member).await?;
            members::set_role(&mut tx, user, role.id).await?;
            let details = json!({ "from": member.role_id, "to": role.id });
            audit::append(&mut tx, scope, &self.audit("membership.update", user, details)).await?;
        }
        let member = members::get(&mut tx, user).await?;
        tx.commit().await?;
        Ok(member.into())
    }

    /// Takes a member out of the team and signs them out everywhere; their conversations are nobody's from then on.
    pub async fn remove_member(&self, scope: &TenantScope, user: UserId) -> Result<()> {
        scope.require(Permission::TeamManage)?;
        let mut tx = self.db.begin(scope).await?;
        let member = members::get(&mut tx, user).await?;
        require_all(scope, &member.permissions)?;
        keep_an_owner(&mut tx, &member).await?;
        let ended = sessions::cut_member(&mut tx, user, Cut::AllBut(None), self.real_clock.now()).await?;
        let released = conversations::release(&mut tx, user).await?;
        members::remove(&mut tx, user).await?;
        let details =
            json!({ "role": member.role_id, "sessions_ended": ended, "conversations": released.len() });
        audit::append(&mut tx, scope, &self.audit("membership.delete", user, details)).await?;
        let told: Vec<_> = released
            .into_iter()
            .map(|conversation_id| DomainEvent::ConversationUpdated { conversation_id })
            .collect();
        outbox::push(&mut tx, self.clock.now(), &told).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }

    /// Where a member is signed in.
    pub async fn member_sessions(&self, scope: &TenantScope, user: UserId) -> Result<Vec<SessionView>> {
        scope.require(Permission::TeamManage)?;
        let mut tx = self.db.begin(scope).await?;
        members::get(&mut tx, user).await?;
        let rows = sessions::of_member(&mut tx, user, self.real_clock.now()).await?;
        Ok(rows
            .into_iter()
            .map(|row| SessionView::new(row, scope.actor()))
            .collect())
    }

    /// Signs a member out everywhere.
    pub async fn sign_member_out(&self, scope: &TenantScope, user: UserId) -> Result<()> {
        scope.require(Permission::TeamManage)?;
        let mut tx = self.db.begin(scope).await?;
        let member = members::get(&mut tx, user).await?;
        require_all(scope, &member.permissions)?;
        let ended = sessions::cut_member(&mut tx, user, Cut::AllBut(None), self.real_clock.now()).await?;
        let details = json!({ "sessions_ended": ended });
        audit::append(&mut tx, scope, &self.audit("membership.sign_out", user, details)).await?;
        Ok(tx.commit().await?)
    }
}

/// Refuses to take the last owner away.
async fn keep_an_owner(tx: &mut TenantTx, member: &MemberRow) -> Result<()> {
    let owner = member.builtin && member.role == "owner";
    if owner && !members::other_owner(tx, member.user_id).await? {
        return Err(Error::new(
            ErrorKind::Conflict,
            "last-owner",
            "This is the last owner of the tenant. Make somebody else an owner first.",
        ));
    }
    Ok(())
}

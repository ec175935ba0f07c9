//! Scopes: proof that a tenant may be acted for. Made only by what read the proof.

use std::collections::BTreeSet;

use domain::{ApiKeyId, Error as DomainError, SessionId, TenantId, UserId, permission::Permission};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    User {
        /// The person.
        user_id: UserId,
        /// Their session.
        session_id: SessionId,
    },
    /// A key of the tenant's developer.
    ApiKey(ApiKeyId),
    /// A worker of ours, by name.
    Worker(&'static str),
}

impl Actor {
    /// Kind and id as the audit log stores them.
    #[must_use]
    pub fn audit_parts(&self) -> (&'static str, String) {
        match self {
            Self::User { user_id, .. } => ("user", user_id.to_string()),
            Self::ApiKey(id) => ("api_key", id.to_string()),
            Self::Worker(name) => ("worker", (*name).to_owned()),
        }
    }
}

/// What everybody inside a tenant may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSummary {
    /// The tenant.
    pub id: TenantId,
    /// Its place in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// False while suspended.
    pub active: bool,
    /// True when it was made for the simulated WhatsApp.
    pub sandbox: bool,
}

/// Proof that this actor may act for this tenant.
#[derive(Debug, Clone)]
pub struct TenantScope {
    tenant: TenantSummary,
    actor: Actor,
    permissions: BTreeSet<Permission>,
}

impl TenantScope {
    pub(crate) const fn proven(
        tenant: TenantSummary,
        actor: Actor,
        permissions: BTreeSet<Permission>,
    ) -> Self {
        Self {
            tenant,
            actor,
            permissions,
        }
    }

    /// A scope without proof, for tests: testkit alone enables the feature.
    #[cfg(feature = "unproven-scopes")]
    #[must_use]
    pub fn unproven(tenant: TenantSummary, actor: Actor, permissions: BTreeSet<Permission>) -> Self {
        Self::proven(tenant, actor, permissions)
    }

    /// The tenant.
    #[must_use]
    pub const fn tenant(&self) -> &TenantSummary {
        &self.tenant
    }

    /// The tenant's id.
    #[must_use]
    pub const fn tenant_id(&self) -> TenantId {
        self.tenant.id
    }

    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What they may do.
    #[must_use]
    pub const fn permissions(&self) -> &BTreeSet<Permission> {
        &self.permissions
    }

    /// Refuses with 403 when the permission is missing.
    pub fn require(&self, permission: Permission) -> Result<(), DomainError> {
        if self.permissions.contains(&permission) {
            return Ok(());
        }
        Err(DomainError::forbidden(permission.into()))
    }
}

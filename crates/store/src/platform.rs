//! The platform side: platform admins and their sessions, tenants, Graph environments, MetaApps, webhook outcomes.
//! Reached as `parlance_platform`, whose column grants end before bodies and credentials. Nothing here sees a tenant's
//! conversation.

mod environments;
mod lanes;
mod people;
mod tenants;
mod users;
mod webhooks;

#[cfg(test)]
mod tests;

use domain::{PlatformUserId, SessionId};

pub use environments::{GraphEnvironmentRow, MetaAppRow, MetaAppSecretRow, NewMetaAppSecret};
pub use lanes::PlatformLaneRow;
pub use people::{NewPlatformSession, NewPlatformUser, PlatformUserRow};
pub use tenants::{NewTenant, NumberRow, TenantRow};
pub use users::{NewUser, UserUpsert};
pub use webhooks::{WebhookFilter, WebhookOutcome, WebhookRow};

/// Proof that a platform admin is signed in. Only [`crate::PlatformDb::resolve_platform_session`] makes one.
#[derive(Debug, Clone)]
pub struct PlatformScope {
    user: PlatformPerson,
    session_id: SessionId,
}

/// A platform admin as the portal shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformPerson {
    /// The platform admin.
    pub id: PlatformUserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
}

impl PlatformScope {
    /// Who is signed in.
    #[must_use]
    pub const fn user(&self) -> &PlatformPerson {
        &self.user
    }

    /// Their session.
    #[must_use]
    pub const fn session_id(&self) -> SessionId {
        self.session_id
    }

    /// The same person, as the audit log names them.
    #[must_use]
    pub const fn actor(&self) -> PlatformActor {
        PlatformActor(Some(self.user.id))
    }
}

/// Who acts on the platform: a signed-in platform admin (from their scope only), or the operator's command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlatformActor(Option<PlatformUserId>);

impl PlatformActor {
    /// The command line on the machine itself, which holds the database's credentials anyway.
    pub const CLI: Self = Self(None);

    /// The platform admin; `None` for the command line.
    #[must_use]
    pub const fn user_id(self) -> Option<PlatformUserId> {
        self.0
    }
}

//! The platform side: sign-in of platform admins, tenants, webhook log, Graph environments and MetaApps. It sees what
//! the operator of an installation needs, never a tenant's words or credentials.

mod entitlements;
pub(crate) mod fields;
mod graph_environments;
mod lanes;
pub(crate) mod members;
mod meta_apps;
mod people;
mod retention;
mod rotation;
mod sign_in;
mod tenants;
mod webhooks;

use std::sync::Arc;

use domain::{Clock, Ids, Result, TenantId};
use serde_json::Value;
use store::{PlatformDb, PlatformTx, audit, vault::Vault};

pub use graph_environments::{GraphEnvironment, GraphEnvironmentKind, NewGraphEnvironment};
pub use lanes::PlatformLane;
pub use members::{MemberAdded, NewMember};
pub use meta_apps::{GraphEnvironmentRef, MetaApp, MetaAppSecret, NewMetaApp};
pub use people::{NewPlatformUser, PASSWORD_CHARS_MIN, PlatformUserCreated};
pub use retention::RetentionReport;
pub use rotation::Rotate;
pub use sign_in::{PlatformMe, PlatformUser, SESSION_LIFETIME, SignedIn};
pub use store::platform::{PlatformActor, PlatformScope};
pub use tenants::{
    NewOwner, NewTenant, Tenant, TenantCreated, TenantDetail, TenantNumber, TenantOwner, TenantState,
};
pub use webhooks::{MetaAppRef, TenantRef, WebhookFilter, WebhookOutcome, WebhookOutcomeKind};

/// What the platform side needs; one per process.
#[derive(Clone)]
pub struct PlatformServices {
    /// As `parlance_platform`.
    pub db: PlatformDb,
    /// Seals app secrets.
    pub vault: Vault,
    /// The product's time: what is written down.
    pub clock: Arc<dyn Clock>,
    /// Real time: sessions and throttles.
    pub real_clock: Arc<dyn Clock>,
    /// New ids, tokens and passwords.
    pub ids: Ids,
    /// Public base of the webhook gateway: `http://127.0.0.1:7422`.
    pub webhooks_url: String,
}

impl std::fmt::Debug for PlatformServices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlatformServices")
            .field("webhooks_url", &self.webhooks_url)
            .finish_non_exhaustive()
    }
}

/// One line of the platform's audit log, before it has an id and a time.
struct Change {
    action: &'static str,
    tenant: Option<TenantId>,
    target: String,
    details: Value,
}

impl PlatformServices {
    /// Answers when the database does, for readiness.
    pub async fn ready(&self) -> Result<()> {
        Ok(self.db.ping().await?)
    }

    /// Writes down who did what, in the transaction of what was done.
    async fn record(&self, tx: &mut PlatformTx, actor: PlatformActor, change: Change) -> Result<()> {
        let mut details = change.details;
        if let (None, Value::Object(map)) = (actor.user_id(), &mut details) {
            map.insert("by".to_owned(), "cli".into());
        }
        let entry = audit::Entry {
            id: self.ids.make(),
            at: self.clock.now(),
            action: change.action,
            target: Some(change.target),
            details,
        };
        Ok(audit::append_platform(tx, actor.user_id(), change.tenant, &entry).await?)
    }
}

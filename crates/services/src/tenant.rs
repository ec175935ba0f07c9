//! What the tenant-side services stand on.

use std::sync::Arc;

use domain::{
    Clock, Ids,
    ports::{BlobStore, ChannelProvider, LaneWaker},
};
use store::{TenantDb, vault::Vault};

use crate::{live::Hub, upkeep::Retention};

/// The tenant-side services; cheap to clone.
#[derive(Clone)]
pub struct TenantServices {
    /// The tenant role's pool.
    pub db: TenantDb,
    /// Seals tokens.
    pub vault: Vault,
    /// Speaks to the provider.
    pub provider: Arc<dyn ChannelProvider>,
    /// Media bytes.
    pub blobs: Arc<dyn BlobStore>,
    /// The product's time.
    pub clock: Arc<dyn Clock>,
    /// Real time, for sessions, keys and links.
    pub real_clock: Arc<dyn Clock>,
    /// Ids and random bytes.
    pub ids: Ids,
    /// Wakes lanes after a commit.
    pub lanes: Arc<dyn LaneWaker>,
    /// The live stream.
    pub hub: Hub,
    /// Signs expiring media links; 32 random bytes per installation.
    pub link_key: Arc<[u8; 32]>,
    /// Public base URL of the webhook listener, shown to who connects a number.
    pub webhooks_url: String,
    /// What people of every tenant may know of the installation.
    pub installation: Arc<Installation>,
}

/// What people of every tenant may know of the installation.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Public base URL of the tenant app, without a trailing slash; links in mail begin with it.
    pub app_url: String,
    /// Address that mail comes from; `None` while mail is off.
    pub mail_from: Option<String>,
    /// How long things are kept.
    pub retention: Retention,
}

impl std::fmt::Debug for TenantServices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TenantServices")
    }
}

impl TenantServices {
    /// Answers when the database does, for readiness.
    pub async fn ready(&self) -> domain::Result<()> {
        Ok(self.db.ping().await?)
    }

    /// Writes down that a permission was refused, in a transaction of its own.
    pub async fn record_refusal(&self, scope: &store::TenantScope, operation: &str) -> domain::Result<()> {
        let entry = self.audit("permission.refused", operation, serde_json::json!({}));
        let mut tx = self.db.begin(scope).await?;
        store::audit::append(&mut tx, scope, &entry).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) fn audit(
        &self,
        action: &'static str,
        target: impl ToString,
        details: serde_json::Value,
    ) -> store::audit::Entry {
        store::audit::Entry {
            id: self.ids.make(),
            at: self.clock.now(),
            action,
            target: Some(target.to_string()),
            details,
        }
    }
}

use domain::Result;
use serde_json::json;
use store::{IngestDb, TenantDb, vault::Rotated};

use super::{Change, PlatformActor, PlatformServices};

/// Which keys to rotate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotate {
    /// Wrap every data key anew under the first master key.
    MasterKey,
    /// That, and a new data key for each tenant and the installation, with everything sealed again.
    Everything,
}

impl PlatformServices {
    /// Rotates keys while everything runs. A run that was cut short is taken up where it stopped; secrets are opened
    /// and sealed under the logins that do so anyway.
    pub async fn rotate_keys(
        &self,
        actor: PlatformActor,
        tenants: &TenantDb,
        ingest: &IngestDb,
        what: Rotate,
    ) -> Result<Rotated> {
        let mut done = self.vault.rewrap(tenants, &self.db).await?;
        let run = match what {
            Rotate::MasterKey => None,
            Rotate::Everything => {
                let mut tx = self.db.begin().await?;
                let run = tx.begin_key_rotation(self.ids.uuid(), self.clock.now()).await?;
                tx.commit().await?;
                done += self.vault.renew(tenants, &self.db, ingest, run).await?;
                Some(run)
            }
        };
        let mut tx = self.db.begin().await?;
        if let Some(run) = run {
            tx.finish_key_rotation(run.id, self.clock.now()).await?;
        }
        let change = Change {
            action: "keys.rotate",
            tenant: None,
            target: run.map_or_else(|| "master key".to_owned(), |run| run.id.to_string()),
            details: json!({ "rewrapped": done.rewrapped, "keys": done.keys, "resealed": done.resealed }),
        };
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(done)
    }
}

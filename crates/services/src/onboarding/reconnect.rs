//! A new token in place of a dead one.

use domain::{ProviderAccountId, Result, event::DomainEvent};
use serde_json::json;
use store::{TenantScope, audit, numbers, outbox};

use crate::tenant::TenantServices;

impl TenantServices {
    /// Numbers that stopped for their token send again: the connection is whole with the token that it has now.
    pub(super) async fn lift_token_pauses(
        &self,
        scope: &TenantScope,
        account: ProviderAccountId,
    ) -> Result<()> {
        let mut tx = self.db.begin(scope).await?;
        let lifted = numbers::lift_token_pauses(&mut tx, account).await?;
        for number in &lifted {
            let entry = self.audit("number.resume", number, json!({ "by": "new_token" }));
            audit::append(&mut tx, scope, &entry).await?;
        }
        let events: Vec<_> = lifted
            .iter()
            .map(|number| DomainEvent::NumberUpdated {
                phone_number_id: *number,
            })
            .collect();
        outbox::push(&mut tx, self.clock.now(), &events).await?;
        tx.commit().await?;
        for number in lifted {
            self.lanes.wake(scope.tenant_id(), number);
        }
        self.hub.wake();
        Ok(())
    }
}

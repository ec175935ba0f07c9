//! What ends when a number is connected again, or gets a new token in place of a dead one.

use std::collections::BTreeMap;

use domain::{PhoneNumberId, ProviderAccountId, Result, event::DomainEvent, stop::StopClass};
use serde_json::json;
use store::{TenantScope, audit, numbers, outbox};

use crate::tenant::TenantServices;

impl TenantServices {
    /// The number is whole with the token that it has now, so the stops that this disproves end; and every number with
    /// the same credential has a live token. What only a person can know stays.
    pub(super) async fn lift_by_connecting(
        &self,
        scope: &TenantScope,
        number: PhoneNumberId,
        account: ProviderAccountId,
    ) -> Result<()> {
        let disproved: Vec<_> = StopClass::ALL
            .into_iter()
            .filter(|class| class.ends_with_connecting())
            .collect();
        let mut tx = self.db.begin(scope).await?;
        let sharing = numbers::of_account(&mut tx, account).await?;
        let mut lifted = numbers::lift(&mut tx, &[number], &disproved).await?;
        lifted.extend(numbers::lift(&mut tx, &sharing, &[StopClass::Token]).await?);
        let mut by_number: BTreeMap<PhoneNumberId, Vec<StopClass>> = BTreeMap::new();
        for (number, class) in lifted {
            by_number.entry(number).or_default().push(class);
        }
        let mut events = Vec::new();
        for (number, classes) in &by_number {
            let entry = self.audit(
                "number.resume",
                number,
                json!({ "by": "connecting", "lifted": classes }),
            );
            audit::append(&mut tx, scope, &entry).await?;
            events.push(DomainEvent::NumberUpdated {
                phone_number_id: *number,
            });
        }
        outbox::push(&mut tx, self.clock.now(), &events).await?;
        tx.commit().await?;
        for number in by_number.into_keys() {
            self.lanes.wake(scope.tenant_id(), number);
        }
        self.hub.wake();
        Ok(())
    }
}

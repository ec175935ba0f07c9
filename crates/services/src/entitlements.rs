//! Entitlements: the one place where services ask whether a tenant may have one more of something.

use domain::{
    Result,
    entitlement::{Entitlement, evaluate},
};
use store::{TenantTx, entitlements};
use time::OffsetDateTime;

use crate::tenant::TenantServices;

impl TenantServices {
    /// Refuses with the reason when the tenant has all that it may have. Nothing is counted where nothing is limited.
    pub(crate) async fn require_entitlement(
        &self,
        tx: &mut TenantTx,
        what: Entitlement,
        now: OffsetDateTime,
    ) -> Result<()> {
        let most = entitlements::most(tx, what).await?;
        let used = match most {
            Some(_) => entitlements::used(tx, what, now).await?,
            None => 0,
        };
        evaluate(what, most, used).require()
    }

    /// Takes one of this month's messages, or refuses with the reason.
    pub(crate) async fn take_message(&self, tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
        let what = Entitlement::MessagesPerMonth;
        let Some(most) = entitlements::most(tx, what).await? else {
            return Ok(());
        };
        if entitlements::take(tx, what, most, now).await? {
            return Ok(());
        }
        evaluate(what, Some(most), most).require()
    }
}

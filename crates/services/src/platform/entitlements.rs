use domain::{
    Error, Result, TenantId, UserId,
    entitlement::{Entitlement, evaluate},
};
use serde_json::json;
use store::{PlatformTx, entitlements::Source};

use super::{Change, PlatformActor, PlatformServices};

impl PlatformServices {
    /// Limits what the tenant with this slug may have, or lifts the limit.
    pub async fn set_entitlement(
        &self,
        actor: PlatformActor,
        slug: &str,
        what: Entitlement,
        most: Option<i64>,
    ) -> Result<()> {
        let tenant = self.db.tenant_by_slug(slug).await?.ok_or_else(Error::not_found)?;
        let mut tx = self.db.begin().await?;
        tx.set_entitlement(tenant.id, what, most, Source::Override, self.clock.now())
            .await?;
        let change = Change {
            action: "entitlement.set",
            tenant: Some(tenant.id),
            target: what.to_string(),
            details: json!({ "most": most }),
        };
        self.record(&mut tx, actor, change).await?;
        Ok(tx.commit().await?)
    }

    /// Refuses a further member when the tenant has all that it may have.
    pub(super) async fn require_room_for(
        &self,
        tx: &mut PlatformTx,
        tenant: TenantId,
        user: UserId,
    ) -> Result<()> {
        let (most, used) = tx.users_of(tenant, user).await?;
        evaluate(Entitlement::Users, most, used).require()
    }
}

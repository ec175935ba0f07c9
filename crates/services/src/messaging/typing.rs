//! Showing the customer that an answer is being written.

use domain::{ConversationId, Result, permission::Permission};
use store::{TenantScope, conversations, jobs, numbers};

use crate::{onboarding::provider_error, tenant::TenantServices};

impl TenantServices {
    /// Shows the customer for up to 25 seconds that somebody writes; their messages show as read.
    pub async fn show_typing(&self, scope: &TenantScope, id: ConversationId) -> Result<()> {
        scope.require(Permission::MessagesSend)?;
        let mut tx = self.db.begin(scope).await?;
        conversations::get(&mut tx, id).await?;
        let Some((number, provider_id)) = jobs::newest_inbound(&mut tx, id.uuid()).await? else {
            // Nobody has written yet, so there is nobody to show it to.
            return Ok(());
        };
        let connection = numbers::connection(&mut tx, &self.vault, number).await?;
        drop(tx);
        let shown = self.provider.mark_read(&connection, &provider_id, true).await;
        shown.map_err(provider_error)
    }
}

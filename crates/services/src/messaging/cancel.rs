//! Withdrawing a message before its call.

use domain::{Error, ErrorKind, MessageId, Result, permission::Permission};
use serde_json::json;
use store::{
    TenantScope, audit,
    delivery::AttemptState,
    messages::{self, Cancel},
};

use crate::{inbox::MessageView, tenant::TenantServices};

impl TenantServices {
    /// Withdraws a message that still waits in the queue. Withdrawn before, it answers the same; past the queue it is
    /// refused with how far it is.
    pub async fn cancel_message(&self, scope: &TenantScope, id: MessageId) -> Result<MessageView> {
        scope.require(Permission::MessagesSend)?;
        let mut tx = self.db.begin(scope).await?;
        match messages::cancel(&mut tx, id, self.clock.now()).await? {
            Cancel::Done => {
                audit::append(&mut tx, scope, &self.audit("message.cancel", id, json!({}))).await?;
            }
            Cancel::Before => {}
            Cancel::TooLate(state) => return Err(too_late(reason(state))),
            Cancel::NotOurs => {
                return Err(too_late(
                    "It was not sent from here, so there is nothing to withdraw.",
                ));
            }
        }
        let message = messages::get(&mut tx, id).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(message.into())
    }
}

fn too_late(reason: &str) -> Error {
    Error::new(ErrorKind::Conflict, "not-cancellable", reason)
}

const fn reason(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Planned | AttemptState::Scheduled | AttemptState::Claimed => {
            "It is being sent at this moment; it can't be withdrawn any more."
        }
        AttemptState::Accepted | AttemptState::Settled => {
            "WhatsApp has taken it; it can't be withdrawn any more."
        }
        AttemptState::Rejected | AttemptState::NotSent => {
            "It failed and will not be sent; there is nothing to withdraw."
        }
        AttemptState::Unknown | AttemptState::Expired => {
            "It may have been sent; it can't be withdrawn, and it will not be sent again by itself."
        }
        AttemptState::Cancelled => "It was withdrawn before.",
    }
}

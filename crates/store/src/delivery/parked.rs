//! Statuses that came before the send's answer was recorded. Check-then-park loses one in a race: each side writes,
//! commits, and then applies in a transaction of its own; the normalizer sweeps what a crash leaves between the two.

use domain::{PhoneNumberId, event::DomainEvent};
use time::OffsetDateTime;

use crate::{error::Result, ingest::parked, outbox, tx::TenantTx};

/// Applies what is parked for these provider ids; returns how many messages moved.
pub async fn apply_parked(
    tx: &mut TenantTx,
    now: OffsetDateTime,
    keys: &[(PhoneNumberId, String)],
) -> Result<usize> {
    let tenant = tx.tenant_id();
    let keys: Vec<_> = keys
        .iter()
        .map(|(number, id)| (tenant, *number, id.clone()))
        .collect();
    let moved = parked::apply_parked(tx.conn(), now, &keys).await?;
    let events: Vec<_> = moved
        .iter()
        .map(|message| DomainEvent::MessageUpdated {
            conversation_id: message.conversation_id,
            message_id: message.message_id,
        })
        .collect();
    outbox::push(tx, now, &events).await?;
    Ok(moved.len())
}

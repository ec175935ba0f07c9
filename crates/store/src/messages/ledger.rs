//! The ledger of one message, and withdrawing it before its call.

use domain::{
    ConversationId, MessageId, SendAttemptId, content::Direction, event::DomainEvent, status::MessageStatus,
};
use time::OffsetDateTime;

use crate::{delivery::AttemptState, error::Result, outbox, tx::TenantTx};

/// One row of the ledger, as the API shows it.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// The row.
    pub id: SendAttemptId,
    /// Counts from 1.
    pub attempt: i16,
    /// Its state's number.
    pub state: i16,
    /// When it was planned.
    pub planned_at: OffsetDateTime,
    /// Not to be called before.
    pub not_before: OffsetDateTime,
    /// Why not before: `scheduled`, `pair_rate`, `order` or `retry`.
    pub wait: Option<String>,
    /// When a lane took it.
    pub claimed_at: Option<OffsetDateTime>,
    /// When its outcome was recorded.
    pub finished_at: Option<OffsetDateTime>,
    /// Class of the fault.
    pub fault_class: Option<String>,
    /// The provider's code.
    pub fault_code: Option<i64>,
    /// The provider's words.
    pub fault_message: Option<String>,
    /// The provider's trace id.
    pub trace_id: Option<String>,
}

/// The ledger of a message, oldest first.
pub async fn attempts(tx: &mut TenantTx, message: MessageId) -> Result<Vec<AttemptRow>> {
    let rows = sqlx::query!(
        "select
           id,
           attempt,
           state,
           planned_at,
           not_before,
           wait,
           claimed_at,
           finished_at,
           fault_class,
           fault_code,
           fault_message,
           trace_id
         from send_attempts
         where tenant_id = $1
           and message_id = $2
         order by attempt",
        tx.tenant_id().uuid(),
        message.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows.into_iter().map(|row| AttemptRow {
        id: SendAttemptId::new(row.id),
        attempt: row.attempt,
        state: row.state,
        planned_at: row.planned_at,
        not_before: row.not_before,
        wait: row.wait,
        claimed_at: row.claimed_at,
        finished_at: row.finished_at,
        fault_class: row.fault_class,
        fault_code: row.fault_code,
        fault_message: row.fault_message,
        trace_id: row.trace_id,
    });
    Ok(rows.collect())
}

/// What came of withdrawing a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// It was in the queue and is withdrawn now.
    Done,
    /// It had been withdrawn before.
    Before,
    /// It is past that, and this is how far.
    TooLate(AttemptState),
    /// It was never in the queue: the customer wrote it.
    NotOurs,
}

/// Withdraws a message whose row is still planned or scheduled, with its event. A lane that claims at the same moment wins or loses
/// as a whole.
pub async fn cancel(tx: &mut TenantTx, id: MessageId, now: OffsetDateTime) -> Result<Cancel> {
    let tenant = tx.tenant_id().uuid();
    let message = sqlx::query!(
        "select conversation_id, direction, status
         from messages
         where tenant_id = $1
           and id = $2
         for update",
        tenant,
        id.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    if message.direction != Direction::Outbound as i16 {
        return Ok(Cancel::NotOurs);
    }
    if message.status == MessageStatus::Cancelled.rank() {
        return Ok(Cancel::Before);
    }
    let withdrawn = sqlx::query!(
        "update send_attempts
         set state = 8,
             finished_at = $3
         where tenant_id = $1
           and message_id = $2
           and state in (0, 9)",
        tenant,
        id.uuid(),
        now,
    )
    .execute(tx.conn())
    .await?;
    if withdrawn.rows_affected() == 0 {
        let state = sqlx::query_scalar!(
            "select state
             from send_attempts
             where tenant_id = $1
               and message_id = $2
             order by attempt desc
             limit 1",
            tenant,
            id.uuid(),
        )
        .fetch_optional(tx.conn())
        .await?;
        let state = state.and_then(AttemptState::from_code);
        return Ok(state.map_or(Cancel::NotOurs, Cancel::TooLate));
    }
    sqlx::query!(
        "update messages
         set status = greatest(status, $3)
         where tenant_id = $1
           and id = $2",
        tenant,
        id.uuid(),
        MessageStatus::Cancelled.rank(),
    )
    .execute(tx.conn())
    .await?;
    let event = DomainEvent::MessageUpdated {
        conversation_id: ConversationId::new(message.conversation_id),
        message_id: id,
    };
    outbox::push(tx, now, &[event]).await?;
    Ok(Cancel::Done)
}

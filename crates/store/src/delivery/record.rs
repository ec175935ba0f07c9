//! Recording what became of calls: ledger, message, next attempt and event in one transaction per tenant.

use std::collections::HashMap;

use domain::{MessageId, PhoneNumberId, SendAttemptId, decision::Decision, status::MessageStatus};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{AttemptState, sweep::updated};
use crate::{error::Result, outbox, tx::TenantTx};

/// What became of a claimed row.
#[derive(Debug, Clone)]
pub struct AttemptResult {
    /// The row.
    pub attempt_id: SendAttemptId,
    /// Its message.
    pub message_id: MessageId,
    /// Its lane.
    pub phone_number_id: PhoneNumberId,
    /// Number of the attempt, from 1.
    pub attempt: i16,
    /// Its priority, for a next attempt.
    pub priority: i16,
    /// When, by the product's clock.
    pub at: OffsetDateTime,
    /// What.
    pub outcome: AttemptOutcome,
}

/// The ways a claimed row can go.
#[derive(Debug, Clone)]
pub enum AttemptOutcome {
    /// The provider took it.
    Accepted {
        /// The provider's message id.
        provider_id: String,
        /// True when the provider holds it for a quality check.
        held: bool,
    },
    /// Refused for good, by the provider or by a rule.
    Rejected {
        /// Why.
        fault: Fault,
        /// The decision, when a rule refused.
        decision: Option<Decision>,
    },
    /// Certainly not sent; goes again as a new row.
    Again {
        /// Why.
        fault: Fault,
        /// Id of the new row.
        next: SendAttemptId,
        /// When it may go.
        not_before: OffsetDateTime,
    },
    /// Certainly not sent, and the machine gives up.
    GivenUp {
        /// Why.
        fault: Fault,
    },
    /// It may have been sent.
    Unknown {
        /// Why.
        fault: Fault,
    },
    /// Not called: back into the queue.
    Deferred {
        /// When it may go; `None` for at once.
        not_before: Option<OffsetDateTime>,
    },
    /// Not called and not needed any more: the message was withdrawn or is on its way already.
    Dropped,
}

/// A fault as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Class in snake case.
    pub class: &'static str,
    /// The provider's code.
    pub code: Option<i64>,
    /// Words for people, without content of the message.
    pub message: String,
    /// The provider's trace id.
    pub trace_id: Option<String>,
}

/// Records results of one tenant. A late answer is better than `unknown`; what is settled stays. Returns the provider
/// ids whose parked statuses must be applied next, in a transaction of their own.
pub async fn record(tx: &mut TenantTx, results: &[AttemptResult]) -> Result<Vec<(PhoneNumberId, String)>> {
    let mut results: Vec<_> = results.iter().collect();
    results.sort_by_key(|result| (result.message_id, result.attempt_id));
    let (conversations, states) = lock(tx, &results).await?;
    let mut changes = Changes::default();
    let mut accepted = Vec::new();
    for result in results {
        let state = states.get(&result.attempt_id.uuid()).copied();
        if let Some(state) = state.and_then(AttemptState::from_code) {
            changes.add(state, result);
        }
        if let AttemptOutcome::Accepted { provider_id, .. } = &result.outcome {
            accepted.push((result.phone_number_id, provider_id.clone()));
        }
    }
    update_attempts(tx, &changes.rows).await?;
    insert_next(tx, &changes.next).await?;
    let moved = update_messages(tx, &changes.messages).await?;
    let events = |id: Uuid| {
        conversations
            .get(&id)
            .map(|conversation| updated(*conversation, id))
    };
    let events: Vec<_> = moved.into_iter().filter_map(events).collect();
    if let Some(at) = changes.at {
        outbox::push(tx, at, &events).await?;
    }
    Ok(accepted)
}

type Locked = (HashMap<Uuid, Uuid>, HashMap<Uuid, i16>);

/// Messages first, then attempts, each by id: the order of everybody who writes both.
async fn lock(tx: &mut TenantTx, results: &[&AttemptResult]) -> Result<Locked> {
    let tenant = tx.tenant_id().uuid();
    let messages: Vec<_> = results.iter().map(|result| result.message_id.uuid()).collect();
    let attempts: Vec<_> = results.iter().map(|result| result.attempt_id.uuid()).collect();
    let conversations = sqlx::query!(
        "select id, conversation_id
         from messages
         where tenant_id = $1
           and id = any($2)
         order by id
         for update",
        tenant,
        &messages,
    )
    .fetch_all(tx.conn())
    .await?;
    let states = sqlx::query!(
        "select id, state
         from send_attempts
         where tenant_id = $1
           and id = any($2)
         order by id
         for update",
        tenant,
        &attempts,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok((
        conversations
            .into_iter()
            .map(|row| (row.id, row.conversation_id))
            .collect(),
        states.into_iter().map(|row| (row.id, row.state)).collect(),
    ))
}

#[derive(Default)]
struct Changes<'a> {
    rows: Vec<RowChange<'a>>,
    next: Vec<(&'a AttemptResult, SendAttemptId, OffsetDateTime)>,
    messages: Vec<MessageChange<'a>>,
    at: Option<OffsetDateTime>,
}

struct RowChange<'a> {
    id: Uuid,
    state: AttemptState,
    finished_at: Option<OffsetDateTime>,
    not_before: Option<OffsetDateTime>,
    provider_id: Option<&'a str>,
    fault: Option<&'a Fault>,
}

struct MessageChange<'a> {
    id: Uuid,
    at: OffsetDateTime,
    status: MessageStatus,
    provider_id: Option<&'a str>,
    fault: Option<&'a Fault>,
    decision: Option<&'a Decision>,
}

impl<'a> Changes<'a> {
    fn add(&mut self, from: AttemptState, result: &'a AttemptResult) {
        use AttemptOutcome as O;
        use AttemptState as S;
        self.at = self.at.max(Some(result.at));
        let open = matches!(from, S::Claimed | S::Unknown | S::Expired);
        match (&result.outcome, from) {
            (O::Accepted { provider_id, held }, S::Claimed | S::Unknown | S::Expired | S::Settled) => {
                if open {
                    self.row(result, S::Accepted, Some(provider_id), None);
                }
                let status = if *held {
                    MessageStatus::Held
                } else {
                    MessageStatus::Accepted
                };
                self.message(result, status, Some(provider_id), None, None);
            }
            (O::Rejected { fault, decision }, _) if open => {
                self.row(result, S::Rejected, None, Some(fault));
                self.message(
                    result,
                    MessageStatus::Failed,
                    None,
                    Some(fault),
                    decision.as_ref(),
                );
            }
            (
                O::Again {
                    fault,
                    next,
                    not_before,
                },
                S::Claimed,
            ) => {
                self.row(result, S::NotSent, None, Some(fault));
                self.next.push((result, *next, *not_before));
            }
            (O::GivenUp { fault } | O::Again { fault, .. }, _) if open => {
                self.row(result, S::NotSent, None, Some(fault));
                self.message(result, MessageStatus::Failed, None, Some(fault), None);
            }
            (O::Unknown { fault }, S::Claimed) => {
                self.row(result, S::Unknown, None, Some(fault));
                self.message(result, MessageStatus::Unknown, None, None, None);
            }
            (O::Deferred { not_before }, S::Claimed) => self.rows.push(RowChange {
                id: result.attempt_id.uuid(),
                state: S::Planned,
                finished_at: None,
                not_before: *not_before,
                provider_id: None,
                fault: None,
            }),
            (O::Dropped, S::Claimed) => self.row(result, S::Cancelled, None, None),
            _ => {}
        }
    }

    fn row(
        &mut self,
        result: &AttemptResult,
        state: AttemptState,
        provider_id: Option<&'a str>,
        fault: Option<&'a Fault>,
    ) {
        self.rows.push(RowChange {
            id: result.attempt_id.uuid(),
            state,
            finished_at: Some(result.at),
            not_before: None,
            provider_id,
            fault,
        });
    }

    fn message(
        &mut self,
        result: &AttemptResult,
        status: MessageStatus,
        provider_id: Option<&'a str>,
        fault: Option<&'a Fault>,
        decision: Option<&'a Decision>,
    ) {
        let id = result.message_id.uuid();
        self.messages.push(MessageChange {
            id,
            at: result.at,
            status,
            provider_id,
            fault,
            decision,
        });
    }
}

async fn update_attempts(tx: &mut TenantTx, rows: &[RowChange<'_>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let states: Vec<_> = rows.iter().map(|row| row.state.code()).collect();
    let finished: Vec<_> = rows.iter().map(|row| row.finished_at).collect();
    let not_before: Vec<_> = rows.iter().map(|row| row.not_before).collect();
    let provider_ids: Vec<_> = rows
        .iter()
        .map(|row| row.provider_id.map(str::to_owned))
        .collect();
    let classes: Vec<_> = rows
        .iter()
        .map(|row| row.fault.map(|fault| fault.class.to_owned()))
        .collect();
    let codes: Vec<_> = rows
        .iter()
        .map(|row| row.fault.and_then(|fault| fault.code))
        .collect();
    let words: Vec<_> = rows
        .iter()
        .map(|row| row.fault.map(|fault| fault.message.clone()))
        .collect();
    let traces: Vec<_> = rows
        .iter()
        .map(|row| row.fault.and_then(|fault| fault.trace_id.clone()))
        .collect();
    sqlx::query!(
        "update send_attempts a
         set state = r.state,
             finished_at = r.finished_at,
             not_before = coalesce(r.not_before, a.not_before),
             claimed_at = case when r.state = 0 then null else a.claimed_at end,
             claimed_epoch = case when r.state = 0 then null else a.claimed_epoch end,
             provider_id = coalesce(r.provider_id, a.provider_id),
             fault_class = r.fault_class,
             fault_code = r.fault_code,
             fault_message = r.fault_message,
             trace_id = coalesce(r.trace_id, a.trace_id)
         from unnest(
           $2::uuid[], $3::smallint[], $4::timestamptz[], $5::timestamptz[], $6::text[],
           $7::text[], $8::bigint[], $9::text[], $10::text[])
           as r (id, state, finished_at, not_before, provider_id, fault_class, fault_code, fault_message, trace_id)
         where a.tenant_id = $1
           and a.id = r.id",
        tx.tenant_id().uuid(),
        &ids,
        &states,
        &finished as &[Option<OffsetDateTime>],
        &not_before as &[Option<OffsetDateTime>],
        &provider_ids as &[Option<String>],
        &classes as &[Option<String>],
        &codes as &[Option<i64>],
        &words as &[Option<String>],
        &traces as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn insert_next(
    tx: &mut TenantTx,
    next: &[(&AttemptResult, SendAttemptId, OffsetDateTime)],
) -> Result<()> {
    if next.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = next.iter().map(|(_, id, _)| id.uuid()).collect();
    let messages: Vec<_> = next.iter().map(|(result, ..)| result.message_id.uuid()).collect();
    let numbers: Vec<_> = next
        .iter()
        .map(|(result, ..)| result.phone_number_id.uuid())
        .collect();
    let attempts: Vec<_> = next
        .iter()
        .map(|(result, ..)| result.attempt.saturating_add(1))
        .collect();
    let priorities: Vec<_> = next.iter().map(|(result, ..)| result.priority).collect();
    let not_before: Vec<_> = next.iter().map(|(.., not_before)| *not_before).collect();
    let planned: Vec<_> = next.iter().map(|(result, ..)| result.at).collect();
    sqlx::query!(
        "insert into send_attempts
           (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at)
         select $1, r.id, r.message_id, r.phone_number_id, r.attempt, r.priority, 0, r.not_before, r.planned_at
         from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::smallint[], $7::timestamptz[], $8::timestamptz[])
           as r (id, message_id, phone_number_id, attempt, priority, not_before, planned_at)",
        tx.tenant_id().uuid(),
        &ids,
        &messages,
        &numbers,
        &attempts,
        &priorities,
        &not_before,
        &planned,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn update_messages(tx: &mut TenantTx, changes: &[MessageChange<'_>]) -> Result<Vec<Uuid>> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let time = |wanted: bool, at| wanted.then_some(at);
    let ids: Vec<_> = changes.iter().map(|change| change.id).collect();
    let statuses: Vec<_> = changes.iter().map(|change| change.status.rank()).collect();
    let provider_ids: Vec<_> = changes
        .iter()
        .map(|change| change.provider_id.map(str::to_owned))
        .collect();
    let accepted: Vec<_> = changes
        .iter()
        .map(|change| time(change.provider_id.is_some(), change.at))
        .collect();
    let failed: Vec<_> = changes
        .iter()
        .map(|change| time(change.status == MessageStatus::Failed, change.at))
        .collect();
    let codes: Vec<_> = changes
        .iter()
        .map(|change| change.fault.and_then(|fault| fault.code))
        .collect();
    let words: Vec<_> = changes
        .iter()
        .map(|change| change.fault.map(|fault| fault.message.clone()))
        .collect();
    let decisions: Vec<_> = changes
        .iter()
        .map(|change| {
            change
                .decision
                .and_then(|decision| serde_json::to_value(decision).ok())
        })
        .collect();
    let rows = sqlx::query!(
        "update messages m
         set status = greatest(m.status, r.status),
             provider_id = coalesce(m.provider_id, r.provider_id),
             accepted_at = least(m.accepted_at, r.accepted_at),
             failed_at = least(m.failed_at, r.failed_at),
             error_code = case when r.status = 60 and m.status < 60 then r.error_code else m.error_code end,
             error_message = case when r.status = 60 and m.status < 60 then r.error_message else m.error_message end,
             decision = coalesce(r.decision, m.decision)
         from unnest(
           $2::uuid[], $3::smallint[], $4::text[], $5::timestamptz[], $6::timestamptz[],
           $7::bigint[], $8::text[], $9::jsonb[])
           as r (id, status, provider_id, accepted_at, failed_at, error_code, error_message, decision)
         where m.tenant_id = $1
           and m.id = r.id
         returning m.id",
        tx.tenant_id().uuid(),
        &ids,
        &statuses,
        &provider_ids as &[Option<String>],
        &accepted as &[Option<OffsetDateTime>],
        &failed as &[Option<OffsetDateTime>],
        &codes as &[Option<i64>],
        &words as &[Option<String>],
        &decisions as &[Option<serde_json::Value>],
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

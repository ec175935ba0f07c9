//! Recording what became of calls: ledger, message, next attempt and event in one transaction per tenant.

use std::{collections::HashMap, sync::LazyLock};

use domain::{MessageId, PhoneNumberId, SendAttemptId, decision::Decision, status::MessageStatus};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    AttemptState,
    sweep::updated,
    write::{MessageChange, RowChange, insert_next, update_attempts, update_messages},
};
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
    /// The lane's epoch when it was claimed.
    pub epoch: i64,
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
        decision: Option<Box<Decision>>,
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
        /// When it may go and why not earlier; `None` for at once.
        until: Option<(OffsetDateTime, Wait)>,
    },
    /// Not called and not needed any more: the message was withdrawn or is on its way already.
    Dropped,
}

/// Why a row may not go before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The customer would get more than WhatsApp allows to one person.
    PairRate,
    /// An earlier message of the conversation waits.
    Order,
}

impl Wait {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::PairRate => "pair_rate",
            Self::Order => "order",
        }
    }
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

/// A row that was not called, but that a next owner of its lane could only call unknown.
static LANE_LOST: LazyLock<Fault> = LazyLock::new(|| Fault {
    class: "lost",
    code: None,
    message: "It was not sent: its number went to another process. Send it again.".into(),
    trace_id: None,
});

/// Records results of one tenant. A late answer is better than `unknown`; what is settled stays. Returns the provider
/// ids whose parked statuses must be applied next, in a transaction of their own.
pub async fn record(tx: &mut TenantTx, results: &[AttemptResult]) -> Result<Vec<(PhoneNumberId, String)>> {
    let mut results: Vec<_> = results.iter().collect();
    results.sort_by_key(|result| (result.message_id, result.attempt_id));
    let (conversations, states) = lock(tx, &results).await?;
    let mut changes = Changes::default();
    let mut accepted = Vec::new();
    for result in results {
        if let Some(locked) = states.get(&result.attempt_id.uuid()) {
            changes.add(*locked, result);
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

/// A ledger row as it stands.
#[derive(Debug, Clone, Copy)]
struct Row {
    state: Option<AttemptState>,
    /// A status has shown that the provider took it, whatever the answer says.
    proven: bool,
    claimed_epoch: Option<i64>,
}

/// Conversations by message, and ledger rows.
type Locked = (HashMap<Uuid, Uuid>, HashMap<Uuid, Row>);

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
        r#"select id, state, claimed_epoch, provider_id is not null as "proven!"
         from send_attempts
         where tenant_id = $1
           and id = any($2)
         order by id
         for update"#,
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
        states
            .into_iter()
            .map(|row| {
                let locked = Row {
                    state: AttemptState::from_code(row.state),
                    proven: row.proven,
                    claimed_epoch: row.claimed_epoch,
                };
                (row.id, locked)
            })
            .collect(),
    ))
}

const fn taken(held: bool) -> MessageStatus {
    if held {
        MessageStatus::Held
    } else {
        MessageStatus::Accepted
    }
}

#[derive(Default)]
struct Changes<'a> {
    rows: Vec<RowChange<'a>>,
    next: Vec<(&'a AttemptResult, SendAttemptId, OffsetDateTime)>,
    messages: Vec<MessageChange<'a>>,
    at: Option<OffsetDateTime>,
}

impl<'a> Changes<'a> {
    /// Only an acceptance counts whoever has the row by now: what a former owner says otherwise, too late or twice,
    /// would undo the claim of the present one.
    fn add(&mut self, row: Row, result: &'a AttemptResult) {
        use AttemptOutcome as O;
        use AttemptState as S;
        self.at = self.at.max(Some(result.at));
        let Some(from) = row.state else { return };
        let accepted = matches!(result.outcome, O::Accepted { .. });
        if from == S::Claimed && !accepted && row.claimed_epoch != Some(result.epoch) {
            return;
        }
        let (open, proven) = (matches!(from, S::Claimed | S::Unknown | S::Expired), row.proven);
        match (&result.outcome, from) {
            (
                O::Accepted { provider_id, held },
                S::Planned | S::Claimed | S::Unknown | S::Expired | S::Settled,
            ) => {
                if from != S::Settled {
                    self.row(result, S::Accepted, Some(provider_id), None);
                }
                self.message(result, taken(*held), Some(provider_id), None, None);
            }
            (O::Rejected { fault, decision }, _) if open => {
                self.row(result, S::Rejected, None, Some(fault));
                self.message(
                    result,
                    MessageStatus::Failed,
                    None,
                    Some(fault),
                    decision.as_deref(),
                );
            }
            (O::Again { fault, .. } | O::GivenUp { fault } | O::Unknown { fault }, _) if open && proven => {
                self.row(result, S::Settled, None, Some(fault));
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
            (O::Deferred { until }, S::Claimed) => self.rows.push(RowChange {
                id: result.attempt_id.uuid(),
                state: S::Planned,
                finished_at: None,
                until: *until,
                provider_id: None,
                fault: None,
            }),
            (O::Deferred { .. }, _) if open => {
                self.row(result, S::NotSent, None, Some(&LANE_LOST));
                self.message(result, MessageStatus::Failed, None, Some(&LANE_LOST), None);
            }
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
            until: None,
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

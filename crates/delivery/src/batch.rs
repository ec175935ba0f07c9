//! A batch of one lane from claim to record: load under the tenant, decide, call, judge.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    ConversationId,
    ports::{Connection, FaultClass, SendOutcome},
    stop::StopClass,
};
use futures::{StreamExt, stream::FuturesUnordered};
use store::delivery::{
    AttemptOutcome, AttemptResult, Claimed, CredentialUsed, Pause, TemplateStop, Wait, load, mark_submitted,
};
use time::OffsetDateTime;
use tokio::sync::{Mutex, mpsc::UnboundedSender};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    call::Calls,
    context::Context,
    lane::Lane,
    plan::{Outgoing, Plan, plan},
    recorder::{Item, Stop},
    verdict::{Tries, id_after, judge, own},
};

/// How long a lane rests after its content could not be read, microseconds.
const REST_AFTER_FAILURE_US: u64 = 1_000_000;
/// How long a lane rests at most while its pause is being recorded, microseconds.
const REST_WHILE_PAUSING_US: u64 = 5_000_000;

/// Rows that were claimed together.
pub(crate) struct Batch {
    pub(crate) lane: Arc<Lane>,
    pub(crate) rows: Vec<Claimed>,
    /// The lane's halts at the claim.
    pub(crate) halts: u64,
    /// Cancelled when the batch claimed before has queued its conversations.
    pub(crate) after: Option<CancellationToken>,
    /// Tells the same of this one.
    pub(crate) queued: DropGuard,
    pub(crate) results: UnboundedSender<Item>,
}

struct Ready {
    connection: Connection,
    credential: CredentialUsed,
    plans: Vec<(Claimed, Option<ConversationId>, Plan)>,
}

/// Delivers a batch. Every row's outcome goes to the recorder.
pub(crate) async fn deliver(context: Arc<Context>, batch: Batch, stop: CancellationToken) {
    let Batch {
        lane,
        rows,
        halts,
        after,
        queued,
        results,
    } = batch;
    let desk = Desk {
        context: &context,
        lane: &lane,
        results: &results,
    };
    let ready = match prepare(&context, &lane, &rows).await {
        Ok(ready) => ready,
        Err(error) => return desk.unreadable(rows, &error),
    };
    let mut groups: BTreeMap<ConversationId, Vec<Outgoing>> = BTreeMap::new();
    for (row, conversation, plan) in ready.plans {
        match (plan, conversation) {
            (Plan::Call(outgoing), Some(conversation)) => {
                groups.entry(conversation).or_default().push(*outgoing)
            }
            (Plan::Over(outcome), _) => desk.over(row, outcome),
            (Plan::Call(_), None) => desk.over(row, AttemptOutcome::Dropped),
        }
    }
    if let Some(after) = after {
        after.cancelled().await;
    }
    let calls = Calls {
        context: &context,
        lane: &lane,
        connection: &ready.connection,
        credential: ready.credential,
        halts,
        uploads: Mutex::default(),
        stop: &stop,
    };
    let mut running: FuturesUnordered<_> = groups
        .into_iter()
        .map(|(conversation, group)| {
            let end = CancellationToken::new();
            let former = context.queue_behind(conversation, end.clone());
            one_conversation(&desk, &calls, conversation, group, former, end.drop_guard())
        })
        .collect();
    drop(queued);
    while running.next().await.is_some() {}
}

/// Reads and decides in one transaction; what will be called becomes `submitted`.
async fn prepare(context: &Context, lane: &Lane, rows: &[Claimed]) -> store::Result<Ready> {
    let now = context.now();
    let mut tx = context.tenant_db().begin(&lane.scope).await?;
    let loaded = load(&mut tx, context.vault(), lane.key.phone_number_id, rows).await?;
    let waits = loaded.connected.paused_reason.is_some() || !loaded.connected.tenant_active;
    let plans: Vec<_> = rows
        .iter()
        .map(|row| {
            let conversation = loaded
                .messages
                .get(&row.message_id)
                .map(|message| message.conversation_id);
            let plan = if waits {
                Plan::Over(AttemptOutcome::Deferred { until: None })
            } else {
                plan(&loaded, *row, now)
            };
            (*row, conversation, plan)
        })
        .collect();
    let called = plans.iter().filter(|(.., plan)| matches!(plan, Plan::Call(_)));
    let called: Vec<_> = called.map(|(row, ..)| row.message_id).collect();
    mark_submitted(&mut tx, now, &called).await?;
    tx.commit().await?;
    context.deps.events_wake.notify_one();
    Ok(Ready {
        connection: loaded.connected.connection,
        credential: loaded.connected.credential,
        plans,
    })
}

/// Messages of one conversation, one after the other in the order they were written.
async fn one_conversation(
    desk: &Desk<'_>,
    calls: &Calls<'_>,
    conversation: ConversationId,
    mut group: Vec<Outgoing>,
    former: Option<CancellationToken>,
    _end: DropGuard,
) {
    if let Some(former) = former {
        former.cancelled().await;
    }
    group.sort_by_key(|outgoing| outgoing.row.message_id);
    for mut outgoing in group {
        if let Some(until) = desk.must_wait(conversation) {
            desk.over(outgoing.row, AttemptOutcome::Deferred { until: Some(until) });
            continue;
        }
        match calls.call(conversation, &mut outgoing).await {
            Some(outcome) => desk.judged(&outgoing, conversation, calls.credential, outcome),
            None => desk.over(outgoing.row, AttemptOutcome::Deferred { until: None }),
        }
    }
}

/// Where outcomes are handed in.
struct Desk<'a> {
    context: &'a Context,
    lane: &'a Arc<Lane>,
    results: &'a UnboundedSender<Item>,
}

impl Desk<'_> {
    /// Until when the conversation's next message waits, and why; what is behind it waits with it.
    fn must_wait(&self, conversation: ConversationId) -> Option<(OffsetDateTime, Wait)> {
        if let Some(until) = self.context.held_until(conversation) {
            return Some((until, Wait::Order));
        }
        let until = self.lane.pairs.wait_until(conversation, self.context.now())?;
        self.context.hold(conversation, until);
        Some((until, Wait::PairRate))
    }

    fn judged(
        &self,
        outgoing: &Outgoing,
        conversation: ConversationId,
        credential: CredentialUsed,
        outcome: SendOutcome,
    ) {
        let row = outgoing.row;
        metrics::counter!("delivery_calls_total", "outcome" => kind(&outcome)).increment(1);
        let jitter = self.context.deps.ids.fraction();
        let verdict = judge(
            outcome,
            outgoing.tries,
            self.context.now(),
            id_after(row.attempt_id),
            jitter,
        );
        let now_us = self.context.line.now_us();
        if verdict.slow {
            self.lane.gate.slow(now_us);
        }
        if verdict.pause.is_some() {
            self.lane.halt(now_us + REST_WHILE_PAUSING_US);
        }
        if let Some(until) = verdict.hold_until {
            self.context.hold(conversation, until);
        }
        let refused = outgoing
            .message
            .payload
            .template
            .as_deref()
            .zip(verdict.template_refused);
        let template = refused.map(|(template, reason)| TemplateStop {
            name: template.name.clone(),
            language: template.language.clone(),
            reason,
        });
        let pause = verdict.pause.map(|pause| Pause {
            credential: (pause.class == StopClass::Token).then_some(credential),
            ..pause
        });
        let stop = pause.map(Stop::Number).or(template.map(Stop::Template));
        self.hand_in(row, verdict.outcome, stop);
    }

    /// It ends without a call.
    fn over(&self, row: Claimed, outcome: AttemptOutcome) {
        self.lane.begun();
        self.hand_in(row, outcome, None);
    }

    /// Nothing of the batch was called.
    fn unreadable(&self, rows: Vec<Claimed>, error: &store::Error) {
        tracing::error!(%error, number = %self.lane.key.phone_number_id, "a lane's messages could not be read");
        let now_us = self.context.line.now_us();
        let sealed = matches!(error, store::Error::Sealing(_));
        if !sealed {
            self.lane.rest(now_us + REST_AFTER_FAILURE_US);
            return rows
                .into_iter()
                .for_each(|row| self.over(row, AttemptOutcome::Deferred { until: None }));
        }
        self.lane.halt(now_us + REST_WHILE_PAUSING_US);
        for row in rows {
            let fault = own(
                FaultClass::Token,
                "The stored access token does not open under this installation's keys.",
            );
            let verdict = judge(
                SendOutcome::NotSent(fault),
                Tries::default(),
                self.context.now(),
                id_after(row.attempt_id),
                0.0,
            );
            self.lane.begun();
            self.hand_in(row, verdict.outcome, verdict.pause.map(Stop::Number));
        }
    }

    fn hand_in(&self, row: Claimed, outcome: AttemptOutcome, stop: Option<Stop>) {
        let result = AttemptResult {
            attempt_id: row.attempt_id,
            message_id: row.message_id,
            phone_number_id: row.lane.phone_number_id,
            epoch: self.lane.epoch,
            attempt: row.attempt,
            priority: row.priority,
            at: self.context.now(),
            outcome,
        };
        let _ = self.results.send(Item {
            lane: Arc::clone(self.lane),
            result,
            stop,
        });
    }
}

const fn kind(outcome: &SendOutcome) -> &'static str {
    match outcome {
        SendOutcome::Accepted { .. } => "accepted",
        SendOutcome::Refused(_) => "refused",
        SendOutcome::NotSent(_) => "not_sent",
        SendOutcome::Ambiguous(_) => "ambiguous",
    }
}

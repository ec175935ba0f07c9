//! The budgets that a call counts against besides its number's own bucket. Each is asked before the call and taken from
//! when it begins.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{
    ConversationId,
    limits::{Budget, PAIR_BURST, PAIR_INTERVAL_US},
};
use store::delivery::Former;
use time::{Duration, OffsetDateTime};

/// How far back calls still count against one customer, and how long a call may take to end.
pub(crate) const FORMER_CALLS: Duration = Duration::seconds(270 + 120);

/// What one number may send to each of its customers; a conversation is such a pair. On the product's clock, as the
/// waits that it asks for are.
pub(crate) struct Pairs(Mutex<Budget<ConversationId>>);

impl Default for Pairs {
    fn default() -> Self {
        Self(Mutex::new(Budget::each(PAIR_INTERVAL_US, PAIR_BURST)))
    }
}

impl Pairs {
    /// Until when the conversation must wait for its next message; `None` when it may go.
    pub(crate) fn wait_until(
        &self,
        conversation: ConversationId,
        now: OffsetDateTime,
    ) -> Option<OffsetDateTime> {
        let wait_us = self.budget().wait_us(&conversation, product_us(now));
        let wait = Duration::microseconds(i64::try_from(wait_us).unwrap_or(i64::MAX));
        (wait_us > 0).then(|| now + wait)
    }

    /// A call begins.
    pub(crate) fn take(&self, conversation: ConversationId, now: OffsetDateTime) {
        self.budget().take(conversation, product_us(now));
    }

    /// Goes on where former owners stopped.
    pub(crate) fn resume(&self, former: &Former) {
        let mut budget = self.budget();
        for (conversation, arrival) in &former.arrivals {
            budget.resume(*conversation, product_us(*arrival));
        }
    }

    /// Forgets customers who may get a whole burst again.
    pub(crate) fn prune(&self, now: OffsetDateTime) {
        self.budget().prune(product_us(now));
    }

    fn budget(&self) -> MutexGuard<'_, Budget<ConversationId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn product_us(at: OffsetDateTime) -> u64 {
    u64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

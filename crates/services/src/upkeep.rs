//! Upkeep: seals the audit logs behind their writers, makes partitions ahead and removes what is older than its
//! retention. Any number of processes may run it; the database lets one of them at a time do each.

use std::{sync::Arc, time::Duration as Pause};

use domain::{Clock, Ids, Result};
use store::{
    UpkeepDb,
    access::SIGN_IN_WINDOW,
    retention::{Removal, Rule, Step},
};
use time::{Duration, OffsetDateTime};
use tokio_util::sync::CancellationToken;

/// How often new audit entries are looked for: with the batch itself an entry is sealed within a second.
const SEAL_EVERY: Pause = Pause::from_millis(500);
/// How often retention runs.
const RETAIN_EVERY: Pause = Pause::from_secs(600);
/// Partitions made ahead of the product's clock.
const DAYS_AHEAD: i64 = 3;
/// How long an ended session is kept, for who asks why it ended.
const ENDED_SESSION: Duration = Duration::days(1);
/// How long a job that was given up is kept.
const DEAD_JOB: Duration = Duration::days(30);
/// How long it is kept that a mail was sent, or why not.
const MAIL: Duration = Duration::days(30);
/// How long an invitation that expired can still be sent again.
const EXPIRED_INVITATION: Duration = Duration::days(30);
/// How long a way to a new password is kept after it expired.
const EXPIRED_RESET: Duration = Duration::days(1);
/// How long the status of an unknown message is kept: WhatsApp gives a message up after 30 days.
const PARKED_STATUS: Duration = Duration::days(30);

/// How long each kind of data is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Webhooks as received.
    pub raw_webhooks: Duration,
    /// What became of each change.
    pub webhook_outcomes: Duration,
    /// Events for live streams that come back.
    pub outbox: Duration,
    /// Answers under idempotency keys.
    pub idempotency_keys: Duration,
}

/// The upkeep of one installation.
pub struct Upkeep {
    /// As `parlance_upkeep`.
    pub db: UpkeepDb,
    /// The product's time.
    pub clock: Arc<dyn Clock>,
    /// Real time, for sessions and throttles.
    pub real_clock: Arc<dyn Clock>,
    /// Ids of reports.
    pub ids: Ids,
    /// How long things are kept.
    pub retention: Retention,
}

impl std::fmt::Debug for Upkeep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upkeep")
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}

impl Upkeep {
    /// Works until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        tokio::join!(self.seal_until(&stop), self.retain_until(&stop));
    }

    async fn seal_until(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.db.seal_audit(self.clock.now()).await {
                Ok(sealed) if sealed.more => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "audit entries were not sealed; trying again"),
            }
            pause(stop, SEAL_EVERY).await;
        }
    }

    async fn retain_until(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.db.make_days_ahead(&*self.clock, DAYS_AHEAD).await {
                tracing::warn!(%error, "partitions were not made ahead; trying again");
            }
            for (rule, cutoff) in self.rules() {
                if stop.is_cancelled() {
                    return;
                }
                if let Err(error) = self.retain(rule, cutoff).await {
                    tracing::warn!(rule = rule.name(), %error, "retention was cut short; what went has its report");
                }
            }
            pause(stop, RETAIN_EVERY).await;
        }
    }

    /// Removes everything that is older than its retention now; rows removed in all.
    pub async fn retain_now(&self) -> Result<u64> {
        let mut removed = 0;
        for (rule, cutoff) in self.rules() {
            removed += self.retain(rule, cutoff).await?;
        }
        Ok(removed)
    }

    /// Every rule with its cutoff at this moment. Sessions and throttles go by real time, as they came.
    fn rules(&self) -> [(Rule, OffsetDateTime); 12] {
        let (now, real) = (self.clock.now(), self.real_clock.now());
        let keep = &self.retention;
        [
            (Rule::RawWebhooks, now - keep.raw_webhooks),
            (Rule::WebhookOutcomes, now - keep.webhook_outcomes),
            (Rule::Outbox, now - keep.outbox),
            (Rule::IdempotencyKeys, now - keep.idempotency_keys),
            (Rule::Sessions, real - ENDED_SESSION),
            (Rule::PlatformSessions, real - ENDED_SESSION),
            (Rule::SignInThrottles, real - SIGN_IN_WINDOW),
            (Rule::DeadJobs, now - DEAD_JOB),
            (Rule::Mails, now - MAIL),
            (Rule::Invitations, real - EXPIRED_INVITATION),
            (Rule::PasswordResets, real - EXPIRED_RESET),
            (Rule::ParkedStatuses, now - PARKED_STATUS),
        ]
    }

    async fn retain(&self, rule: Rule, cutoff: OffsetDateTime) -> Result<u64> {
        // Each day has a report of its own; portions of rows add up in one.
        let by_day = matches!(rule, Rule::RawWebhooks | Rule::WebhookOutcomes);
        let mut removal = Removal {
            id: self.ids.uuid(),
            rule,
            cutoff,
            at: self.clock.now(),
        };
        let mut removed = 0;
        loop {
            match self.db.retain(&removal).await? {
                Step::Removed(count) => removed += count,
                Step::Held(day) => {
                    tracing::warn!(%day, "a day of webhooks is older than its retention and not normalized yet; it stays");
                    break;
                }
                Step::Done | Step::Busy => break,
            }
            if by_day {
                removal.id = self.ids.uuid();
            }
        }
        if removed > 0 {
            tracing::info!(rule = rule.name(), removed, "retention");
        }
        Ok(removed)
    }
}

async fn pause(stop: &CancellationToken, length: Pause) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(length) => {}
    }
}

//! Retention: what is removed under which rule, in bounded steps, each with its report in the same transaction. Whole
//! days go by partition, queues of ids by bounded deletes.

mod days;
mod rows;

use domain::Clock;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::Result,
    page::{Page, PageRequest},
    pool::{self, PlatformDb, UpkeepDb},
};

/// Advisory lock of whoever removes: one at a time.
const RETENTION_LOCK: i64 = 0x7061_726c_6b65_6570;

/// What a rule is about; the stored name is part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Webhooks as received, by day.
    RawWebhooks,
    /// What became of each change, by day.
    WebhookOutcomes,
    /// Events that live streams may still ask for.
    Outbox,
    /// Answers under idempotency keys.
    IdempotencyKeys,
    /// Ended sessions of the tenant realm.
    Sessions,
    /// Ended sessions of platform admins.
    PlatformSessions,
    /// Counters of sign-in tries whose window is over.
    SignInThrottles,
    /// Jobs that were given up.
    DeadJobs,
    /// Mail that was sent or given up, and mail that nobody sent.
    Mails,
    /// Invitations that nobody accepted.
    Invitations,
    /// Ways to a new password that nobody used.
    PasswordResets,
    /// Statuses whose message never came.
    ParkedStatuses,
}

impl Rule {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RawWebhooks => "raw_webhooks",
            Self::WebhookOutcomes => "webhook_outcomes",
            Self::Outbox => "outbox",
            Self::IdempotencyKeys => "idempotency_keys",
            Self::Sessions => "sessions",
            Self::PlatformSessions => "platform_sessions",
            Self::SignInThrottles => "sign_in_throttles",
            Self::DeadJobs => "dead_jobs",
            Self::Mails => "mails",
            Self::Invitations => "invitations",
            Self::PasswordResets => "password_resets",
            Self::ParkedStatuses => "parked_statuses",
        }
    }
}

/// One rule at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Removal {
    /// Id of its report, if it removes anything.
    pub id: Uuid,
    /// The rule.
    pub rule: Rule,
    /// What is older goes.
    pub cutoff: OffsetDateTime,
    /// When it runs, by the product's clock.
    pub at: OffsetDateTime,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Another process is at work.
    Busy,
    /// Nothing is left to remove.
    Done,
    /// A day is old enough, but a cursor has not passed it: it stays.
    Held(time::Date),
    /// So many rows went; there may be more.
    Removed(u64),
}

/// Where a step's rows stood.
struct Removed {
    count: u64,
    first: String,
    last: String,
}

impl UpkeepDb {
    /// Removes one portion under a rule.
    pub async fn retain(&self, removal: &Removal) -> Result<Step> {
        let mut tx = pool::begin(&self.0, "begin".to_owned()).await?;
        if !pool::try_lock(&mut tx, RETENTION_LOCK).await? {
            return Ok(Step::Busy);
        }
        let step = remove(&mut tx, removal).await?;
        // Awaited in any case, so that the lock is free when this returns.
        tx.commit().await?;
        Ok(step)
    }

    /// Makes the partitions of today and the days after it, so that no webhook waits for one.
    pub async fn make_days_ahead(&self, clock: &dyn Clock, days: i64) -> Result<()> {
        for ahead in 0..=days {
            let day = (clock.now() + time::Duration::days(ahead)).date();
            sqlx::query!("select ensure_ingest_day($1)", day)
                .execute(&self.0)
                .await?;
        }
        Ok(())
    }
}

async fn remove(connection: &mut PgConnection, removal: &Removal) -> Result<Step> {
    let removed = match removal.rule {
        Rule::RawWebhooks => match days::raw(connection, removal.cutoff).await? {
            days::Day::Held(day) => return Ok(Step::Held(day)),
            days::Day::Dropped(removed) => Some(removed),
            days::Day::None => None,
        },
        Rule::WebhookOutcomes => days::outcomes(connection, removal.cutoff).await?,
        Rule::Outbox => rows::outbox(connection, removal.cutoff).await?,
        Rule::IdempotencyKeys => rows::idempotency_keys(connection, removal.cutoff).await?,
        Rule::Sessions => rows::sessions(connection, removal.cutoff).await?,
        Rule::PlatformSessions => rows::platform_sessions(connection, removal.cutoff).await?,
        Rule::SignInThrottles => rows::sign_in_throttles(connection, removal.cutoff).await?,
        Rule::DeadJobs => rows::dead_jobs(connection, removal.cutoff).await?,
        Rule::Mails => rows::mails(connection, removal.cutoff).await?,
        Rule::Invitations => rows::invitations(connection, removal.cutoff).await?,
        Rule::PasswordResets => rows::password_resets(connection, removal.cutoff).await?,
        Rule::ParkedStatuses => rows::parked_statuses(connection, removal.cutoff).await?,
    };
    let Some(removed) = removed else {
        return Ok(Step::Done);
    };
    // A day without rows goes with its partition and leaves nothing to tell.
    if removed.count > 0 {
        report(connection, removal, &removed).await?;
    }
    Ok(Step::Removed(removed.count))
}

async fn report(connection: &mut PgConnection, removal: &Removal, removed: &Removed) -> Result<()> {
    sqlx::query!(
        "insert into retention_reports (id, rule, cutoff, removed, first_place, last_place, at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do update
         set removed = retention_reports.removed + excluded.removed,
             last_place = excluded.last_place",
        removal.id,
        removal.rule.name(),
        removal.cutoff,
        i64::try_from(removed.count).unwrap_or(i64::MAX),
        removed.first,
        removed.last,
        removal.at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What one run removed under one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionReport {
    /// Its id.
    pub id: Uuid,
    /// Name of the rule.
    pub rule: String,
    /// What was older went.
    pub cutoff: OffsetDateTime,
    /// Rows that went.
    pub removed: i64,
    /// From where: a day, a place in the outbox, a time.
    pub first_place: String,
    /// To where.
    pub last_place: String,
    /// When, by the product's clock.
    pub at: OffsetDateTime,
}

impl PlatformDb {
    /// What retention removed, the latest first.
    pub async fn retention_reports(&self, page: &PageRequest) -> Result<Page<RetentionReport>> {
        let before = page.key::<Uuid>()?.unwrap_or(Uuid::max());
        let rows = sqlx::query_as!(
            RetentionReport,
            "select id, rule, cutoff, removed, first_place, last_place, at
             from retention_reports
             where id < $1
             order by id desc
             limit $2",
            before,
            page.fetch(),
        )
        .fetch_all(&self.0)
        .await?;
        Ok(Page::cut(rows, page.fetch(), |row: &RetentionReport| row.id))
    }
}

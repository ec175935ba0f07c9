//! Rows of ids and times, removed in bounded portions.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Removed;
use crate::error::Result;

/// Rows of one portion: a transaction of a fraction of a second.
const PORTION: i64 = 5_000;

fn removed(count: i64, first: Option<String>, last: Option<String>) -> Option<Removed> {
    (count > 0).then(|| Removed {
        count: u64::try_from(count).unwrap_or_default(),
        first: first.unwrap_or_default(),
        last: last.unwrap_or_default(),
    })
}

/// The oldest events, in the outbox's own order: what stays has no gap before it.
pub(super) async fn outbox(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Result<Option<Removed>> {
    let row = sqlx::query!(
        r#"with oldest as (
             select tenant_id, xid, id, created_at from outbox order by xid, id limit $2),
           newer as (
             select xid, id from oldest where created_at >= $1 order by xid, id limit 1),
           gone as (
             delete from outbox o
             using oldest e
             where (o.tenant_id, o.xid, o.id) = (e.tenant_id, e.xid, e.id)
               and not exists (select from newer n where (n.xid, n.id) <= (e.xid, e.id))
             returning o.xid, o.id)
           select count(*) as "count!",
             (select xid || '-' || id from gone order by xid, id limit 1) as first,
             (select xid || '-' || id from gone order by xid desc, id desc limit 1) as last
           from gone"#,
        cutoff,
        PORTION,
    )
    .fetch_one(connection)
    .await?;
    Ok(removed(row.count, row.first, row.last))
}

/// Runs a deletion that returns the time of each row as `at`; how many went, from when to when.
macro_rules! gone {
    ($connection:expr, $delete:tt, $($argument:expr),+) => {{
        let row = sqlx::query!(
            "with gone as ("
                + $delete
                + r#") select count(*) as "count!", min(at)::text as first, max(at)::text as last from gone"#,
            $($argument),+
        )
        .fetch_one($connection)
        .await?;
        Ok(removed(row.count, row.first, row.last))
    }};
}

type Outcome = Result<Option<Removed>>;

/// Idempotency keys by age.
pub(super) async fn idempotency_keys(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Outcome {
    gone!(
        connection,
        "delete from idempotency_keys
         where (tenant_id, scope, key) in (
           select tenant_id, scope, key from idempotency_keys where created_at < $1 limit $2)
         returning created_at as at",
        cutoff,
        PORTION
    )
}

/// Sessions of the tenant realm that expired or were ended.
pub(super) async fn sessions(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Outcome {
    gone!(
        connection,
        "delete from sessions
         where id in (select id from sessions where least(expires_at, revoked_at) < $1 limit $2)
         returning least(expires_at, revoked_at) as at",
        cutoff,
        PORTION
    )
}

/// Sessions of platform admins that expired or were ended.
pub(super) async fn platform_sessions(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Outcome {
    gone!(
        connection,
        "delete from platform_sessions
         where id in (select id from platform_sessions where least(expires_at, revoked_at) < $1 limit $2)
         returning least(expires_at, revoked_at) as at",
        cutoff,
        PORTION
    )
}

/// Counters whose window is over. All at once: they are small, and no key of theirs is ours to read.
pub(super) async fn sign_in_throttles(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Outcome {
    gone!(
        connection,
        "delete from sign_in_throttles where window_start < $1 returning window_start as at",
        cutoff
    )
}

/// Jobs that were given up.
pub(super) async fn dead_jobs(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Outcome {
    gone!(
        connection,
        "delete from jobs
         where (tenant_id, id) in (select tenant_id, id from jobs where dead and run_at < $1 limit $2)
         returning run_at as at",
        cutoff,
        PORTION
    )
}

/// Statuses whose message never came.
pub(super) async fn parked_statuses(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Outcome {
    gone!(
        connection,
        "delete from parked_statuses
         where (tenant_id, phone_number_id, provider_id, status) in (
           select tenant_id, phone_number_id, provider_id, status
           from parked_statuses
           where parked_at < $1
           order by parked_at
           limit $2)
         returning parked_at as at",
        cutoff,
        PORTION
    )
}

/// Mails by age.
pub(super) async fn mails(connection: &mut PgConnection, cutoff: OffsetDateTime) -> Result<Option<Removed>> {
    let row = sqlx::query!(
        r#"with gone as (
             delete from mails
             where (tenant_id, id) in (select tenant_id, id from mails where created_at < $1 limit $2)
             returning created_at)
           select count(*) as "count!", min(created_at)::text as first, max(created_at)::text as last from gone"#,
        cutoff,
        PORTION,
    )
    .fetch_one(connection)
    .await?;
    Ok(removed(row.count, row.first, row.last))
}

/// Invitations that expired.
pub(super) async fn invitations(
    connection: &mut PgConnection,
    cutoff: OffsetDateTime,
) -> Result<Option<Removed>> {
    let row = sqlx::query!(
        r#"with gone as (
             delete from invitations
             where (tenant_id, id) in (select tenant_id, id from invitations where expires_at < $1 limit $2)
             returning expires_at)
           select count(*) as "count!", min(expires_at)::text as first, max(expires_at)::text as last from gone"#,
        cutoff,
        PORTION,
    )
    .fetch_one(connection)
    .await?;
    Ok(removed(row.count, row.first, row.last))
}

/// Resets that expired. All at once: they are few, and no token of theirs is ours to read.
pub(super) async fn password_resets(
    connection: &mut PgConnection,
    cutoff: OffsetDateTime,
) -> Result<Option<Removed>> {
    let row = sqlx::query!(
        r#"with gone as (delete from password_resets where expires_at < $1 returning expires_at)
           select count(*) as "count!", min(expires_at)::text as first, max(expires_at)::text as last from gone"#,
        cutoff,
    )
    .fetch_one(connection)
    .await?;
    Ok(removed(row.count, row.first, row.last))
}

//! What a tenant may have, and how much of it is in use.

use domain::{TenantId, UserId, entitlement::Entitlement};
use time::{Date, OffsetDateTime, UtcOffset};
use uuid::{Builder, Uuid};

use crate::{
    error::Result,
    tx::{PlatformTx, TenantTx},
};

/// Where a limit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The tenant's plan.
    Plan,
    /// The operator, for this tenant.
    Override,
}

impl Source {
    const fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Override => "override",
        }
    }
}

/// The most that the transaction's tenant may have; `None` when nothing limits it.
pub async fn most(tx: &mut TenantTx, what: Entitlement) -> Result<Option<i64>> {
    let tenant = tx.tenant_id().uuid();
    let key: &str = what.into();
    Ok(sqlx::query_scalar!(
        "select quantity from entitlements where tenant_id = $1 and key = $2",
        tenant,
        key
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// How much of it the tenant has. Whoever asks waits for the one who asked already, so that two together can't pass the
/// limit.
pub async fn used(tx: &mut TenantTx, what: Entitlement, now: OffsetDateTime) -> Result<i64> {
    let tenant = tx.tenant_id().uuid();
    let key: &str = what.into();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1 || $2, 0))",
        key,
        tenant.to_string()
    )
    .fetch_one(tx.conn())
    .await?;
    let count = match what {
        Entitlement::Numbers => {
            sqlx::query_scalar!("select count(*) from phone_numbers where tenant_id = $1", tenant)
                .fetch_one(tx.conn())
                .await?
        }
        Entitlement::Users => {
            sqlx::query_scalar!("select count(*) from memberships where tenant_id = $1", tenant)
                .fetch_one(tx.conn())
                .await?
        }
        Entitlement::ApiKeys => {
            sqlx::query_scalar!(
                "select count(*) from api_keys where tenant_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)",
                tenant,
                now
            )
            .fetch_one(tx.conn())
            .await?
        }
        Entitlement::MessagesPerMonth => {
            sqlx::query_scalar!(
                "select quantity from usage_counters where tenant_id = $1 and key = $2 and period = $3",
                tenant,
                key,
                month(now),
            )
            .fetch_optional(tx.conn())
            .await?
        }
    };
    Ok(count.unwrap_or_default())
}

/// Takes one of what is counted by the month; false, and nothing is taken, when all of `most` are used. The month's counter
/// is one row, so two that take the last one wait for each other.
pub async fn take(tx: &mut TenantTx, what: Entitlement, most: i64, now: OffsetDateTime) -> Result<bool> {
    let key: &str = what.into();
    if count_up(tx, key, most, now).await? {
        return Ok(true);
    }
    begin_counter(tx, key, most, now).await?;
    count_up(tx, key, most, now).await
}

async fn count_up(tx: &mut TenantTx, key: &str, most: i64, now: OffsetDateTime) -> Result<bool> {
    let counted = sqlx::query!(
        "update usage_counters
         set quantity = quantity + 1
         where tenant_id = $1
           and key = $2
           and period = $3
           and quantity < $4",
        tx.tenant_id().uuid(),
        key,
        month(now),
        most,
    )
    .execute(tx.conn())
    .await?;
    Ok(counted.rows_affected() > 0)
}

/// The counter of a month begins, once, with what was sent of it before anything limited it; more than the limit need not
/// be told apart. Ids grow with the product's clock, so a month is a range of the primary key.
async fn begin_counter(tx: &mut TenantTx, key: &str, most: i64, now: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "insert into usage_counters (tenant_id, key, period, quantity)
         select $1, $2, $3, (
           select count(*)
           from (
             select from messages where tenant_id = $1 and id >= $4 and direction = 2 limit $5) as sent)
         where not exists (select from usage_counters where tenant_id = $1 and key = $2 and period = $3)
         on conflict (tenant_id, key, period) do nothing",
        tx.tenant_id().uuid(),
        key,
        month(now),
        first_id_of_month(now),
        most,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// First day of the month of `now`, UTC.
fn month(now: OffsetDateTime) -> Date {
    let day = now.to_offset(UtcOffset::UTC).date();
    day.replace_day(1).unwrap_or(day)
}

/// The lowest id that the product's clock makes in the month of `now`.
fn first_id_of_month(now: OffsetDateTime) -> Uuid {
    let first = month(now).midnight().assume_utc();
    let millis = u64::try_from(first.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

impl PlatformTx {
    /// The most users that a tenant may have, and how many it has without this one.
    pub async fn users_of(&mut self, tenant: TenantId, but: UserId) -> Result<(Option<i64>, i64)> {
        let key: &str = Entitlement::Users.into();
        let row = sqlx::query!(
            r#"select (select quantity from entitlements where tenant_id = $1 and key = $2) as most,
                 (select count(*) from memberships where tenant_id = $1 and user_id <> $3) as "used!""#,
            tenant.uuid(),
            key,
            but.uuid(),
        )
        .fetch_one(self.conn())
        .await?;
        Ok((row.most, row.used))
    }

    /// Limits what a tenant may have, or lifts the limit.
    pub async fn set_entitlement(
        &mut self,
        tenant: TenantId,
        what: Entitlement,
        most: Option<i64>,
        source: Source,
        now: OffsetDateTime,
    ) -> Result<()> {
        let key: &str = what.into();
        match most {
            Some(most) => {
                sqlx::query!(
                    "insert into entitlements (tenant_id, key, quantity, source, set_at) values ($1, $2, $3, $4, $5)
                     on conflict (tenant_id, key) do update
                     set quantity = excluded.quantity, source = excluded.source, set_at = excluded.set_at",
                    tenant.uuid(),
                    key,
                    most,
                    source.name(),
                    now,
                )
                .execute(self.conn())
                .await?;
            }
            None => {
                sqlx::query!(
                    "delete from entitlements where tenant_id = $1 and key = $2",
                    tenant.uuid(),
                    key
                )
                .execute(self.conn())
                .await?;
            }
        }
        Ok(())
    }
}

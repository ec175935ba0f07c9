//! Statuses whose message is not known yet: they wait, and both sides look for them after their own commit.

use std::collections::BTreeMap;

use domain::{
    MessageId, PhoneNumberId, TenantId,
    content::Direction,
    ports::Pricing,
    status::{MessageStatus, Progress},
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::statuses::{MatchedStatus, MessageRef, StatusKey, apply};
use crate::{error::Result, pool::IngestDb, tx::SetTx};

/// Shortest time between two looks for the message of a parked status, seconds.
const LOOK_AGAIN_S: f64 = 15.0;

/// Statuses whose message is not known.
pub type ParkedStatuses = BTreeMap<(StatusKey, MessageStatus), ParkedStatus>;

/// A status that waits for its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedStatus {
    /// When it was told first, by the provider's clock, and the error that it named then.
    pub first: (OffsetDateTime, Option<(i64, String)>),
    /// What the message costs.
    pub pricing: Pricing,
}

impl ParkedStatus {
    /// Joins another copy of the same status; order and repetition do not matter.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            pricing: self.pricing.merge(other.pricing),
        }
    }
}

/// Parks statuses whose message is not known; of each status the earliest stays.
pub async fn park_statuses(tx: &mut SetTx, now: OffsetDateTime, parked: &ParkedStatuses) -> Result<()> {
    let errors: Vec<_> = parked.values().map(|value| value.first.1.clone()).collect();
    sqlx::query!(
        "insert into parked_statuses as p (
           tenant_id, phone_number_id, provider_id, status, at, error_code, error_message,
           billable, pricing_model, pricing_type, pricing_category, free_until, parked_at, look_at)
         select u.*, $13, $13
         from unnest(
           $1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::bigint[], $7::text[],
           $8::boolean[], $9::text[], $10::text[], $11::text[], $12::timestamptz[]) as u
         on conflict (tenant_id, phone_number_id, provider_id, status) do update
         set at = least(p.at, excluded.at),
             error_code = case when (excluded.at, excluded.error_code) < (p.at, p.error_code) then excluded.error_code else p.error_code end,
             error_message = case when (excluded.at, excluded.error_code) < (p.at, p.error_code) then excluded.error_message else p.error_message end,
             billable = greatest(p.billable, excluded.billable),
             pricing_model = greatest(p.pricing_model, excluded.pricing_model),
             pricing_type = greatest(p.pricing_type, excluded.pricing_type),
             pricing_category = greatest(p.pricing_category, excluded.pricing_category),
             free_until = greatest(p.free_until, excluded.free_until)",
        &parked.keys().map(|((tenant, ..), _)| tenant.uuid()).collect::<Vec<_>>(),
        &parked.keys().map(|((_, number, _), _)| number.uuid()).collect::<Vec<_>>(),
        &parked.keys().map(|((.., provider_id), _)| provider_id.clone()).collect::<Vec<_>>(),
        &parked.keys().map(|(_, status)| status.rank()).collect::<Vec<_>>(),
        &parked.values().map(|value| value.first.0).collect::<Vec<_>>(),
        &errors.iter().map(|error| error.as_ref().map(|error| error.0)).collect::<Vec<_>>() as _,
        &errors.iter().map(|error| error.as_ref().map(|error| error.1.clone())).collect::<Vec<_>>() as _,
        &parked.values().map(|value| value.pricing.billable).collect::<Vec<_>>() as _,
        &parked.values().map(|value| value.pricing.model.clone()).collect::<Vec<_>>() as _,
        &parked.values().map(|value| value.pricing.kind.clone()).collect::<Vec<_>>() as _,
        &parked.values().map(|value| value.pricing.category.clone()).collect::<Vec<_>>() as _,
        &parked.values().map(|value| value.pricing.free_until).collect::<Vec<_>>() as _,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Applies parked statuses of messages that are known by now and tells which changed. Both sides call it in a second
/// transaction after their commit: whoever comes later finds the other's row.
pub(crate) async fn apply_parked(
    connection: &mut PgConnection,
    now: OffsetDateTime,
    keys: &[StatusKey],
) -> Result<Vec<MessageRef>> {
    let taken = sqlx::query!(
        "delete from parked_statuses p
         using unnest($1::uuid[], $2::uuid[], $3::text[]) as u (tenant_id, phone_number_id, provider_id), messages m
         where p.tenant_id = u.tenant_id
           and p.phone_number_id = u.phone_number_id
           and p.provider_id = u.provider_id
           and m.tenant_id = u.tenant_id
           and m.phone_number_id = u.phone_number_id
           and m.provider_id = u.provider_id
           and m.direction = $4
         returning
           p.tenant_id, m.id as message_id, p.provider_id, p.status, p.at, p.error_code, p.error_message,
           p.billable, p.pricing_model, p.pricing_type, p.pricing_category, p.free_until",
        &keys.iter().map(|key| key.0.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.1.uuid()).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.2.clone()).collect::<Vec<_>>(),
        Direction::Outbound as i16,
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut merged: BTreeMap<(TenantId, MessageId), MatchedStatus> = BTreeMap::new();
    for row in taken {
        let Some(status) = MessageStatus::from_rank(row.status) else {
            continue;
        };
        let next = MatchedStatus {
            tenant_id: TenantId::new(row.tenant_id),
            message_id: MessageId::new(row.message_id),
            provider_id: row.provider_id,
            progress: Progress::of(status, row.at),
            error: row
                .error_code
                .map(|code| (code, row.error_message.unwrap_or_default())),
            pricing: Pricing {
                billable: row.billable,
                model: row.pricing_model,
                kind: row.pricing_type,
                category: row.pricing_category,
                free_until: row.free_until,
            },
        };
        let key = (next.tenant_id, next.message_id);
        let joined = match merged.remove(&key) {
            Some(known) => known.merge(next),
            None => next,
        };
        merged.insert(key, joined);
    }
    apply(connection, now, &merged.into_values().collect::<Vec<_>>()).await
}

impl IngestDb {
    /// Begins the second transaction of a batch that parked statuses, for their tenants.
    pub async fn begin_parked(&self, keys: &[StatusKey]) -> Result<SetTx> {
        let mut tenants: Vec<TenantId> = keys.iter().map(|key| key.0).collect();
        tenants.sort_unstable();
        tenants.dedup();
        self.begin_unfenced(&tenants).await
    }

    /// Parked statuses that it is time to look at again, the longest due of each tenant first, at most `limit`: a crash between two
    /// transactions may have left them. Each is looked at again when it is twice as old, so that those of messages that
    /// never were ours cost ever less.
    pub async fn due_parked(&self, now: OffsetDateTime, limit: i64) -> Result<Vec<StatusKey>> {
        let tenants = sqlx::query_scalar!("select distinct tenant_id from number_routes")
            .fetch_all(&self.0)
            .await?;
        let tenants: Vec<TenantId> = tenants.into_iter().map(TenantId::new).collect();
        let mut tx = self.begin(&tenants).await?;
        let rows = sqlx::query!(
            "with due as (
               select d.*
               from unnest($4::uuid[]) as u (tenant_id)
               cross join lateral (
                 select s.tenant_id, s.phone_number_id, s.provider_id, s.status
                 from parked_statuses s
                 where s.tenant_id = u.tenant_id
                   and s.look_at <= $1
                 order by s.look_at
                 limit $2
                 for update skip locked) d
               limit $2)
             update parked_statuses p
             set look_at = $1 + greatest($1 - p.parked_at, make_interval(secs => $3))
             from due
             where p.tenant_id = due.tenant_id
               and p.phone_number_id = due.phone_number_id
               and p.provider_id = due.provider_id
               and p.status = due.status
             returning p.tenant_id, p.phone_number_id, p.provider_id",
            now,
            limit,
            LOOK_AGAIN_S,
            &tenants.iter().map(|tenant| tenant.uuid()).collect::<Vec<_>>(),
        )
        .fetch_all(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let (tenant, number) = (row.tenant_id, row.phone_number_id);
                (TenantId::new(tenant), PhoneNumberId::new(number), row.provider_id)
            })
            .collect())
    }
}

/// Applies parked statuses in a transaction of the normalizer.
pub async fn apply_parked_batch(
    tx: &mut SetTx,
    now: OffsetDateTime,
    keys: &[StatusKey],
) -> Result<Vec<MessageRef>> {
    apply_parked(tx.conn(), now, keys).await
}

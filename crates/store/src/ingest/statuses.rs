//! Statuses of messages of ours: matched, merged, settled in the ledger, or parked until their message is known.

use std::collections::BTreeMap;

use domain::{
    ConversationId, MessageId, PhoneNumberId, TenantId,
    content::Direction,
    status::{MessageStatus, Progress},
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{error::Result, pool::IngestDb, tx::SetTx};

/// What a status is about, as the provider names it.
pub type StatusKey = (TenantId, PhoneNumberId, String);

/// Statuses whose message is not known, each with its earliest time and its error.
pub type ParkedStatuses = BTreeMap<(StatusKey, MessageStatus), (OffsetDateTime, Option<(i64, String)>)>;

/// A message that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageRef {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
}

/// Statuses of one message of ours, merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedStatus {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The message.
    pub message_id: MessageId,
    /// The provider's id, as the statuses name it.
    pub provider_id: String,
    /// What they say.
    pub progress: Progress,
    /// The earliest failure: its code and words.
    pub error: Option<(i64, String)>,
}

impl MatchedStatus {
    /// Joins another status of the same message; order and repetition do not matter.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        let ours = (self.progress.failed_at, self.error.as_ref().map(|error| error.0));
        let theirs = (
            other.progress.failed_at,
            other.error.as_ref().map(|error| error.0),
        );
        if theirs.0.is_some() && (ours.0.is_none() || theirs < ours) {
            self.error = other.error;
        }
        self.progress = self.progress.merge(other.progress);
        self.provider_id = self.provider_id.min(other.provider_id);
        self
    }
}

/// For each status the message it is about: by our id from the callback data when that message stands under the same
/// tenant and number, else by the provider's id.
pub async fn match_statuses(
    tx: &mut SetTx,
    keys: &[(StatusKey, Option<MessageId>)],
) -> Result<Vec<Option<MessageId>>> {
    let rows = sqlx::query!(
        r#"select coalesce(c.id, p.id) as "id?"
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[])
             with ordinality as u (tenant_id, phone_number_id, provider_id, message_id, n)
           left join messages c
             on c.tenant_id = u.tenant_id
            and c.id = u.message_id
            and c.phone_number_id = u.phone_number_id
            and c.direction = $5
           left join messages p
             on p.tenant_id = u.tenant_id
            and p.phone_number_id = u.phone_number_id
            and p.provider_id = u.provider_id
            and p.direction = $5
           order by u.n"#,
        &keys
            .iter()
            .map(|((tenant, ..), _)| tenant.uuid())
            .collect::<Vec<_>>(),
        &keys
            .iter()
            .map(|((_, number, _), _)| number.uuid())
            .collect::<Vec<_>>(),
        &keys
            .iter()
            .map(|((.., provider_id), _)| provider_id.clone())
            .collect::<Vec<_>>(),
        &keys
            .iter()
            .map(|(_, message)| message.map(MessageId::uuid))
            .collect::<Vec<_>>() as _,
        Direction::Outbound as i16,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.id.map(MessageId::new)).collect())
}

/// Merges statuses into their messages (each message once) and settles the ledger; tells which messages changed.
pub async fn apply_statuses(
    tx: &mut SetTx,
    now: OffsetDateTime,
    rows: &[MatchedStatus],
) -> Result<Vec<MessageRef>> {
    apply(tx.conn(), now, rows).await
}

async fn apply(
    connection: &mut PgConnection,
    now: OffsetDateTime,
    rows: &[MatchedStatus],
) -> Result<Vec<MessageRef>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let changed = merge_into_messages(connection, rows).await?;
    settle_attempts(connection, now, rows).await?;
    Ok(changed)
}

async fn merge_into_messages(
    connection: &mut PgConnection,
    rows: &[MatchedStatus],
) -> Result<Vec<MessageRef>> {
    let changed = sqlx::query!(
        "update messages m
         set provider_id = coalesce(m.provider_id, u.provider_id),
             status = greatest(m.status, u.status),
             sent_at = least(m.sent_at, u.sent_at),
             delivered_at = least(m.delivered_at, u.delivered_at),
             read_at = least(m.read_at, u.read_at),
             failed_at = least(m.failed_at, u.failed_at),
             error_code = case
               when greatest(m.status, u.status) <> $11 then null
               when u.failed_at < m.failed_at or u.failed_at = m.failed_at and u.error_code < coalesce(m.error_code, 0) then u.error_code
               when m.failed_at is null and u.failed_at is not null then u.error_code
               else m.error_code
             end,
             error_message = case
               when greatest(m.status, u.status) <> $11 then null
               when u.failed_at < m.failed_at or u.failed_at = m.failed_at and u.error_code < coalesce(m.error_code, 0) then u.error_message
               when m.failed_at is null and u.failed_at is not null then u.error_message
               else m.error_message
             end
         from unnest(
           $1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
           $8::timestamptz[], $9::bigint[], $10::text[])
           as u (tenant_id, id, provider_id, status, sent_at, delivered_at, read_at, failed_at, error_code, error_message)
         where m.tenant_id = u.tenant_id
           and m.id = u.id
           and (m.provider_id is null
             or m.status < u.status
             or least(m.sent_at, u.sent_at) is distinct from m.sent_at
             or least(m.delivered_at, u.delivered_at) is distinct from m.delivered_at
             or least(m.read_at, u.read_at) is distinct from m.read_at
             or least(m.failed_at, u.failed_at) is distinct from m.failed_at
             or m.status = $11 and u.failed_at = m.failed_at and u.error_code < coalesce(m.error_code, 0))
         returning m.tenant_id, m.conversation_id, m.id",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.message_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.provider_id.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.progress.status.map_or(0, MessageStatus::rank)).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.progress.sent_at).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.progress.delivered_at).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.progress.read_at).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.progress.failed_at).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.error.as_ref().map_or(0, |error| error.0)).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.error.as_ref().map(|error| error.1.clone())).collect::<Vec<_>>() as _,
        MessageStatus::Failed.rank(),
    )
    .fetch_all(connection)
    .await?;
    Ok(changed
        .into_iter()
        .map(|row| MessageRef {
            tenant_id: TenantId::new(row.tenant_id),
            conversation_id: ConversationId::new(row.conversation_id),
            message_id: MessageId::new(row.id),
        })
        .collect())
}

/// A status proves that the provider took the message: an attempt whose answer got lost (4) is settled (6), and one
/// that still waits for its answer (1) learns the provider's id, which outlives a crash.
async fn settle_attempts(
    connection: &mut PgConnection,
    now: OffsetDateTime,
    rows: &[MatchedStatus],
) -> Result<()> {
    sqlx::query!(
        "update send_attempts a
         set provider_id = coalesce(a.provider_id, u.provider_id),
             state = case a.state when 4 then 6 else a.state end,
             finished_at = case a.state when 4 then $4 else a.finished_at end
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (tenant_id, message_id, provider_id)
         where a.tenant_id = u.tenant_id
           and a.message_id = u.message_id
           and (a.state = 4 or a.state = 1 and a.provider_id is null)",
        &rows.iter().map(|row| row.tenant_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.message_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.provider_id.clone()).collect::<Vec<_>>(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Parks statuses whose message is not known; the earliest time of each status stays.
pub async fn park_statuses(tx: &mut SetTx, parked: &ParkedStatuses) -> Result<()> {
    let error = |(_, error): &(OffsetDateTime, Option<(i64, String)>)| error.clone();
    sqlx::query!(
        "insert into parked_statuses as p (tenant_id, phone_number_id, provider_id, status, at, error_code, error_message)
         select *
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::bigint[], $7::text[])
         on conflict (tenant_id, phone_number_id, provider_id, status) do update
         set at = excluded.at
         where excluded.at < p.at",
        &parked.keys().map(|((tenant, ..), _)| tenant.uuid()).collect::<Vec<_>>(),
        &parked.keys().map(|((_, number, _), _)| number.uuid()).collect::<Vec<_>>(),
        &parked.keys().map(|((.., provider_id), _)| provider_id.clone()).collect::<Vec<_>>(),
        &parked.keys().map(|(_, status)| status.rank()).collect::<Vec<_>>(),
        &parked.values().map(|(at, _)| *at).collect::<Vec<_>>(),
        &parked.values().map(|value| error(value).map(|error| error.0)).collect::<Vec<_>>() as _,
        &parked.values().map(|value| error(value).map(|error| error.1)).collect::<Vec<_>>() as _,
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
         returning p.tenant_id, m.id as message_id, p.provider_id, p.status, p.at, p.error_code, p.error_message",
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

    /// Parked statuses whose message is known by now: what a crash between two transactions left. At most `limit`.
    pub async fn overdue_parked(&self, limit: i64) -> Result<Vec<StatusKey>> {
        let tenants = sqlx::query_scalar!("select distinct tenant_id from number_routes")
            .fetch_all(&self.0)
            .await?;
        let tenants: Vec<TenantId> = tenants.into_iter().map(TenantId::new).collect();
        let mut tx = self.begin(&tenants).await?;
        let rows = sqlx::query!(
            "select distinct p.tenant_id, p.phone_number_id, p.provider_id
             from unnest($1::uuid[]) as u (tenant_id)
             join parked_statuses p on p.tenant_id = u.tenant_id
             join messages m
               on m.tenant_id = p.tenant_id
              and m.phone_number_id = p.phone_number_id
              and m.provider_id = p.provider_id
              and m.direction = $2
             limit $3",
            &tenants.iter().map(|tenant| tenant.uuid()).collect::<Vec<_>>(),
            Direction::Outbound as i16,
            limit,
        )
        .fetch_all(tx.conn())
        .await?;
        tx.commit().await?;
        let key =
            |row: (uuid::Uuid, uuid::Uuid, String)| (TenantId::new(row.0), PhoneNumberId::new(row.1), row.2);
        Ok(rows
            .into_iter()
            .map(|row| key((row.tenant_id, row.phone_number_id, row.provider_id)))
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

#[cfg(test)]
mod tests {
    use time::Duration;
    use uuid::Uuid;

    use super::*;

    fn failed(after: i64, code: i64) -> MatchedStatus {
        MatchedStatus {
            tenant_id: TenantId::new(Uuid::from_u128(1)),
            message_id: MessageId::new(Uuid::from_u128(2)),
            provider_id: "wamid.1".to_owned(),
            progress: Progress::of(
                MessageStatus::Failed,
                OffsetDateTime::UNIX_EPOCH + Duration::seconds(after),
            ),
            error: Some((code, format!("error {code}"))),
        }
    }

    #[test]
    fn the_earliest_failure_names_the_error_whatever_came_first() {
        let (early, late, twin) = (failed(1, 9), failed(2, 3), failed(1, 4));
        for order in [
            [&early, &late, &twin],
            [&late, &twin, &early],
            [&twin, &early, &late],
            [&late, &early, &twin],
        ] {
            let [a, b, c] = order;
            let merged = a.clone().merge(b.clone()).merge(c.clone());
            assert_eq!(merged.error, Some((4, "error 4".to_owned())));
        }
    }
}

//! Statuses of messages of ours: matched, merged, settled in the ledger.

use std::collections::BTreeSet;

use domain::{
    ConversationId, MessageId, PhoneNumberId, TenantId,
    content::Direction,
    ports::Pricing,
    status::{MessageStatus, Progress},
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::free_entry;
use crate::{error::Result, tx::SetTx};

/// What a status is about, as the provider names it.
pub type StatusKey = (TenantId, PhoneNumberId, String);

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
    /// What the message costs.
    pub pricing: Pricing,
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
        self.pricing = self.pricing.merge(other.pricing);
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
            and p.provider_id = case when c.id is null then u.provider_id end
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

pub(super) async fn apply(
    connection: &mut PgConnection,
    now: OffsetDateTime,
    rows: &[MatchedStatus],
) -> Result<Vec<MessageRef>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let changed = merge_into_messages(connection, rows).await?;
    settle_attempts(connection, now, rows).await?;
    if rows.iter().any(|row| row.pricing.proves_free_entry()) {
        let conversations: BTreeSet<_> = changed
            .iter()
            .map(|message| (message.tenant_id, message.conversation_id))
            .collect();
        free_entry::refresh(connection, &conversations).await?;
    }
    Ok(changed)
}

#[allow(clippy::too_many_lines, reason = "one statement over many columns")]
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
             end,
             billable = greatest(m.billable, u.billable),
             pricing_model = greatest(m.pricing_model, u.pricing_model),
             pricing_type = greatest(m.pricing_type, u.pricing_type),
             pricing_category = greatest(m.pricing_category, u.pricing_category),
             free_until = greatest(m.free_until, u.free_until)
         from unnest(
           $1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
           $8::timestamptz[], $9::bigint[], $10::text[], $12::boolean[], $13::text[], $14::text[], $15::text[], $16::timestamptz[])
           as u (
             tenant_id, id, provider_id, status, sent_at, delivered_at, read_at, failed_at, error_code, error_message,
             billable, pricing_model, pricing_type, pricing_category, free_until)
         where m.tenant_id = u.tenant_id
           and m.id = u.id
           and (m.provider_id is null
             or m.status < u.status
             or least(m.sent_at, u.sent_at) is distinct from m.sent_at
             or least(m.delivered_at, u.delivered_at) is distinct from m.delivered_at
             or least(m.read_at, u.read_at) is distinct from m.read_at
             or least(m.failed_at, u.failed_at) is distinct from m.failed_at
             or greatest(m.billable, u.billable) is distinct from m.billable
             or greatest(m.pricing_model, u.pricing_model) is distinct from m.pricing_model
             or greatest(m.pricing_type, u.pricing_type) is distinct from m.pricing_type
             or greatest(m.pricing_category, u.pricing_category) is distinct from m.pricing_category
             or greatest(m.free_until, u.free_until) is distinct from m.free_until
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
        &rows.iter().map(|row| row.pricing.billable).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.pricing.model.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.pricing.kind.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.pricing.category.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.pricing.free_until).collect::<Vec<_>>() as _,
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
            pricing: Pricing::default(),
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

//! The statements that record outcomes, each over many rows of one tenant.

use domain::{SendAttemptId, decision::Decision, status::MessageStatus};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{AttemptResult, AttemptState, Fault, Wait};
use crate::{error::Result, tx::TenantTx};

pub(super) struct RowChange<'a> {
    pub(super) id: Uuid,
    pub(super) state: AttemptState,
    pub(super) finished_at: Option<OffsetDateTime>,
    pub(super) until: Option<(OffsetDateTime, Wait)>,
    pub(super) provider_id: Option<&'a str>,
    pub(super) fault: Option<&'a Fault>,
}

pub(super) struct MessageChange<'a> {
    pub(super) id: Uuid,
    pub(super) at: OffsetDateTime,
    pub(super) status: MessageStatus,
    pub(super) provider_id: Option<&'a str>,
    pub(super) fault: Option<&'a Fault>,
    pub(super) decision: Option<&'a Decision>,
}

pub(super) async fn update_attempts(tx: &mut TenantTx, rows: &[RowChange<'_>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let states: Vec<_> = rows.iter().map(|row| row.state.code()).collect();
    let finished: Vec<_> = rows.iter().map(|row| row.finished_at).collect();
    let not_before: Vec<_> = rows.iter().map(|row| row.until.map(|(at, _)| at)).collect();
    let waits: Vec<_> = rows
        .iter()
        .map(|row| row.until.map(|(_, wait)| wait.name().to_owned()))
        .collect();
    let provider_ids: Vec<_> = rows
        .iter()
        .map(|row| row.provider_id.map(str::to_owned))
        .collect();
    let classes: Vec<_> = rows
        .iter()
        .map(|row| row.fault.map(|fault| fault.class.to_owned()))
        .collect();
    let codes: Vec<_> = rows
        .iter()
        .map(|row| row.fault.and_then(|fault| fault.code))
        .collect();
    let words: Vec<_> = rows
        .iter()
        .map(|row| row.fault.map(|fault| fault.message.clone()))
        .collect();
    let traces: Vec<_> = rows
        .iter()
        .map(|row| row.fault.and_then(|fault| fault.trace_id.clone()))
        .collect();
    sqlx::query!(
        "update send_attempts a
         set state = r.state,
             finished_at = r.finished_at,
             not_before = coalesce(r.not_before, a.not_before),
             wait = coalesce(r.wait, a.wait),
             claimed_at = case when r.state = 0 then null else a.claimed_at end,
             claimed_epoch = case when r.state = 0 then null else a.claimed_epoch end,
             provider_id = coalesce(r.provider_id, a.provider_id),
             fault_class = r.fault_class,
             fault_code = r.fault_code,
             fault_message = r.fault_message,
             trace_id = coalesce(r.trace_id, a.trace_id)
         from unnest(
           $2::uuid[], $3::smallint[], $4::timestamptz[], $5::timestamptz[], $6::text[],
           $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[])
           as r (id, state, finished_at, not_before, provider_id, fault_class, fault_code, fault_message, trace_id, wait)
         where a.tenant_id = $1
           and a.id = r.id",
        tx.tenant_id().uuid(),
        &ids,
        &states,
        &finished as &[Option<OffsetDateTime>],
        &not_before as &[Option<OffsetDateTime>],
        &provider_ids as &[Option<String>],
        &classes as &[Option<String>],
        &codes as &[Option<i64>],
        &words as &[Option<String>],
        &traces as &[Option<String>],
        &waits as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn insert_next(
    tx: &mut TenantTx,
    next: &[(&AttemptResult, SendAttemptId, OffsetDateTime)],
) -> Result<()> {
    if next.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = next.iter().map(|(_, id, _)| id.uuid()).collect();
    let messages: Vec<_> = next.iter().map(|(result, ..)| result.message_id.uuid()).collect();
    let numbers: Vec<_> = next
        .iter()
        .map(|(result, ..)| result.phone_number_id.uuid())
        .collect();
    let attempts: Vec<_> = next
        .iter()
        .map(|(result, ..)| result.attempt.saturating_add(1))
        .collect();
    let priorities: Vec<_> = next.iter().map(|(result, ..)| result.priority).collect();
    let not_before: Vec<_> = next.iter().map(|(.., not_before)| *not_before).collect();
    let planned: Vec<_> = next.iter().map(|(result, ..)| result.at).collect();
    sqlx::query!(
        "insert into send_attempts
           (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at, wait)
         select
           $1,
           r.id,
           r.message_id,
           r.phone_number_id,
           r.attempt,
           r.priority,
           0,
           r.not_before,
           r.planned_at,
           case when r.not_before > r.planned_at then 'retry' end
         from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::smallint[], $7::timestamptz[], $8::timestamptz[])
           as r (id, message_id, phone_number_id, attempt, priority, not_before, planned_at)",
        tx.tenant_id().uuid(),
        &ids,
        &messages,
        &numbers,
        &attempts,
        &priorities,
        &not_before,
        &planned,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn update_messages(tx: &mut TenantTx, changes: &[MessageChange<'_>]) -> Result<Vec<Uuid>> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let time = |wanted: bool, at| wanted.then_some(at);
    let ids: Vec<_> = changes.iter().map(|change| change.id).collect();
    let statuses: Vec<_> = changes.iter().map(|change| change.status.rank()).collect();
    let provider_ids: Vec<_> = changes
        .iter()
        .map(|change| change.provider_id.map(str::to_owned))
        .collect();
    let accepted: Vec<_> = changes
        .iter()
        .map(|change| time(change.provider_id.is_some(), change.at))
        .collect();
    let failed: Vec<_> = changes
        .iter()
        .map(|change| time(change.status == MessageStatus::Failed, change.at))
        .collect();
    let codes: Vec<_> = changes
        .iter()
        .map(|change| change.fault.and_then(|fault| fault.code))
        .collect();
    let words: Vec<_> = changes
        .iter()
        .map(|change| change.fault.map(|fault| fault.message.clone()))
        .collect();
    let decisions: Vec<_> = changes
        .iter()
        .map(|change| {
            change
                .decision
                .and_then(|decision| serde_json::to_value(decision).ok())
        })
        .collect();
    let rows = sqlx::query!(
        "update messages m
         set status = greatest(m.status, r.status),
             provider_id = coalesce(m.provider_id, r.provider_id),
             accepted_at = least(m.accepted_at, r.accepted_at),
             failed_at = least(m.failed_at, r.failed_at),
             error_code = case when r.status = 60 and m.status < 60 then r.error_code else m.error_code end,
             error_message = case when r.status = 60 and m.status < 60 then r.error_message else m.error_message end,
             decision = coalesce(r.decision, m.decision)
         from unnest(
           $2::uuid[], $3::smallint[], $4::text[], $5::timestamptz[], $6::timestamptz[],
           $7::bigint[], $8::text[], $9::jsonb[])
           as r (id, status, provider_id, accepted_at, failed_at, error_code, error_message, decision)
         where m.tenant_id = $1
           and m.id = r.id
         returning m.id",
        tx.tenant_id().uuid(),
        &ids,
        &statuses,
        &provider_ids as &[Option<String>],
        &accepted as &[Option<OffsetDateTime>],
        &failed as &[Option<OffsetDateTime>],
        &codes as &[Option<i64>],
        &words as &[Option<String>],
        &decisions as &[Option<serde_json::Value>],
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

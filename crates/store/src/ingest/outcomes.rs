//! What became of each change: thin, masked rows for the webhook log.

use domain::{MetaAppId, TenantId};
use time::OffsetDateTime;

use crate::{error::Result, ingest::RawPosition, tx::SetTx};

/// What became of a change; the number is stored, and a replay keeps the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
pub enum Outcome {
    /// It changed something.
    Applied = 1,
    /// All of it was known.
    Duplicate = 2,
    /// Kept, not understood yet.
    Unsupported = 3,
    /// No tenant has this WABA or number.
    Unroutable = 4,
    /// The app that signed it is not bound to that WABA: quarantined.
    UnboundApp = 5,
    /// Not readable, or it failed.
    Unreadable = 6,
}

impl Outcome {
    /// Reads the stored number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Applied),
            2 => Some(Self::Duplicate),
            3 => Some(Self::Unsupported),
            4 => Some(Self::Unroutable),
            5 => Some(Self::UnboundApp),
            6 => Some(Self::Unreadable),
            _ => None,
        }
    }

    /// Its name in the webhook log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Duplicate => "duplicate",
            Self::Unsupported => "unsupported",
            Self::Unroutable => "unroutable",
            Self::UnboundApp => "unbound_app",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One row of the webhook log.
#[derive(Debug, Clone)]
pub struct ChangeOutcome {
    /// Place of the body.
    pub position: RawPosition,
    /// Place of the change in the body.
    pub index: i32,
    /// The app that signed it.
    pub meta_app_id: MetaAppId,
    /// Whose it is; `None` unless it was routed through a bound app.
    pub tenant_id: Option<TenantId>,
    /// The WABA it names.
    pub provider_waba_id: Option<String>,
    /// The number it names.
    pub provider_number_id: Option<String>,
    /// The field it is about.
    pub field: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why; never content, never a phone number.
    pub detail: Option<String>,
    /// Messages that were new.
    pub messages: i32,
    /// Statuses that changed something or wait for their message.
    pub statuses: i32,
    /// What else changed something: templates, numbers, edits, wishes.
    pub updates: i32,
    /// What was known.
    pub duplicates: i32,
    /// When the body was read.
    pub received_at: OffsetDateTime,
}

/// Writes the rows of a batch of one stream. A replay never makes an outcome look worse than it was.
pub async fn record_outcomes(
    tx: &mut SetTx,
    stream: i16,
    now: OffsetDateTime,
    rows: &[ChangeOutcome],
) -> Result<()> {
    sqlx::query!(
        "insert into webhook_outcomes as o (
           day, stream, seq, change_index, meta_app_id, tenant_id, provider_waba_id, provider_number_id,
           field, outcome, detail, messages, statuses, updates, duplicates, received_at, processed_at)
         select
           u.day, $1, u.seq, u.change_index, u.meta_app_id, u.tenant_id, u.provider_waba_id, u.provider_number_id,
           u.field, u.outcome, u.detail, u.messages, u.statuses, u.updates, u.duplicates, u.received_at, $2
         from unnest(
           $3::date[], $4::bigint[], $5::integer[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
           $10::text[], $11::smallint[], $12::text[], $13::integer[], $14::integer[], $15::integer[], $16::integer[], $17::timestamptz[])
           as u (
             day, seq, change_index, meta_app_id, tenant_id, provider_waba_id, provider_number_id,
             field, outcome, detail, messages, statuses, updates, duplicates, received_at)
         on conflict (day, stream, seq, change_index) do update
         set tenant_id = excluded.tenant_id,
             outcome = excluded.outcome,
             detail = excluded.detail,
             messages = greatest(o.messages, excluded.messages),
             statuses = greatest(o.statuses, excluded.statuses),
             updates = greatest(o.updates, excluded.updates),
             duplicates = excluded.duplicates,
             processed_at = excluded.processed_at
         where excluded.outcome < o.outcome",
        stream,
        now,
        &rows.iter().map(|row| row.position.day).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.position.seq).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.index).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.meta_app_id.uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.tenant_id.map(TenantId::uuid)).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.provider_waba_id.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.provider_number_id.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.field.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.outcome as i16).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.detail.clone()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.messages).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.statuses).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.updates).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.duplicates).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.received_at).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

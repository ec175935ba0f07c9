//! Small work that waits for a peer: media downloads, read receipts, outgoing mail. Rows hold ids only; a claim yields the scope
//! in which the content may be read.

use std::time::Duration;

use domain::{ConversationId, MediaId, MessageId, PhoneNumberId, TenantId, event::DomainEvent};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    delivery::worker_scopes,
    error::Result,
    outbox,
    pool::{DeliveryDb, TenantDb},
    scope::TenantScope,
    tx::TenantTx,
};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Downloads what a customer sent; the subject is a media id.
    FetchMedia,
    /// Shows the customer that we have read; the subject is a conversation id or a message id.
    MarkRead,
    /// Sends a mail; the subject is its id.
    SendMail,
}

impl JobKind {
    const ALL: [Self; 3] = [Self::FetchMedia, Self::MarkRead, Self::SendMail];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FetchMedia => "fetch_media",
            Self::MarkRead => "mark_read",
            Self::SendMail => "send_mail",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A claimed job.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub tenant_id: TenantId,
    /// What.
    pub kind: JobKind,
    /// To what.
    pub subject_id: Uuid,
    /// Tries so far, this one included.
    pub attempts: u32,
}

/// Adds a job, or makes the one that waits for the same subject ready again.
pub async fn enqueue(
    tx: &mut TenantTx,
    id: Uuid,
    kind: JobKind,
    subject: Uuid,
    run_at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into jobs (tenant_id, id, kind, subject_id, run_at)
         values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, kind, subject_id) do update
         set run_at = excluded.run_at,
             attempts = 0,
             owner = null,
             lease_expires_at = null,
             last_error = null,
             dead = false",
        tx.tenant_id().uuid(),
        id,
        kind.name(),
        subject,
        run_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

impl DeliveryDb {
    /// Claims at most `limit` ready jobs for `lease`, none of the tenants in `busy`.
    pub async fn claim_jobs(
        &self,
        tenants: &TenantDb,
        owner: Uuid,
        now: OffsetDateTime,
        lease: Duration,
        limit: u32,
        busy: &[TenantId],
    ) -> Result<Vec<(TenantScope, Job)>> {
        let busy: Vec<_> = busy.iter().map(|tenant| tenant.uuid()).collect();
        let rows = sqlx::query!(
            "with ready as (
               select tenant_id, id
               from jobs
               where not dead
                 and run_at <= $2
                 and (lease_expires_at is null or lease_expires_at <= now())
                 and tenant_id <> all($5)
               order by run_at, id
               limit $4
               for update skip locked)
             update jobs j
             set owner = $1,
                 lease_expires_at = now() + make_interval(secs => $3),
                 attempts = j.attempts + 1
             from ready
             where j.tenant_id = ready.tenant_id
               and j.id = ready.id
             returning
               j.tenant_id,
               j.id,
               j.kind,
               j.subject_id,
               j.attempts",
            owner,
            now,
            lease.as_secs_f64(),
            i64::from(limit),
            &busy,
        )
        .fetch_all(&self.0)
        .await?;
        let ids: Vec<_> = rows.iter().map(|row| row.tenant_id).collect();
        let scopes = worker_scopes(tenants, &ids, "jobs").await?;
        let jobs = rows.into_iter().filter_map(|row| {
            let kind = JobKind::named(&row.kind)?;
            let job = Job {
                id: row.id,
                tenant_id: TenantId::new(row.tenant_id),
                kind,
                subject_id: row.subject_id,
                attempts: u32::from(row.attempts.unsigned_abs()),
            };
            Some((scopes.get(&row.tenant_id)?.clone(), job))
        });
        Ok(jobs.collect())
    }

    /// Removes a finished job, unless it was made ready again meanwhile.
    pub async fn finish_job(&self, owner: Uuid, job: &Job) -> Result<()> {
        sqlx::query!(
            "delete from jobs where tenant_id = $1 and id = $2 and owner = $3",
            job.tenant_id.uuid(),
            job.id,
            owner,
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    /// Puts a failed job back until `run_at`, or for good when that is `None`.
    pub async fn retry_job(
        &self,
        owner: Uuid,
        job: &Job,
        run_at: Option<OffsetDateTime>,
        error: &str,
    ) -> Result<()> {
        sqlx::query!(
            "update jobs
             set run_at = coalesce($4, run_at),
                 dead = $4::timestamptz is null,
                 owner = null,
                 lease_expires_at = null,
                 last_error = $5
             where tenant_id = $1
               and id = $2
               and owner = $3",
            job.tenant_id.uuid(),
            job.id,
            owner,
            run_at,
            error,
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }
}

/// A media row that waits for its bytes.
#[derive(Debug, Clone)]
pub struct PendingMedia {
    /// The number that received it.
    pub phone_number_id: PhoneNumberId,
    /// The provider's id.
    pub provider_media_id: String,
    /// SHA-256 as the provider declared it, base64 or hex.
    pub declared_sha256: Option<String>,
}

/// The media row, if it still waits.
pub async fn pending_media(tx: &mut TenantTx, media: MediaId) -> Result<Option<PendingMedia>> {
    let row = sqlx::query!(
        r#"select
             phone_number_id,
             provider_media_id as "provider_media_id!",
             declared_sha256
           from media
           where tenant_id = $1
             and id = $2
             and state = 0
             and provider_media_id is not null"#,
        tx.tenant_id().uuid(),
        media.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| PendingMedia {
        phone_number_id: PhoneNumberId::new(row.phone_number_id),
        provider_media_id: row.provider_media_id,
        declared_sha256: row.declared_sha256,
    }))
}

/// Bytes that were stored.
#[derive(Debug, Clone)]
pub struct StoredMedia {
    /// How many.
    pub size_bytes: u64,
    /// Their SHA-256, hex.
    pub sha256: String,
    /// Their key in the blob store.
    pub blob_key: String,
}

/// Notes where the bytes are, or why there are none, with the events of the messages that show it.
pub async fn finish_media(
    tx: &mut TenantTx,
    media: MediaId,
    result: std::result::Result<&StoredMedia, &str>,
    now: OffsetDateTime,
) -> Result<()> {
    let (state, stored, error) = match result {
        Ok(stored) => (1_i16, Some(stored), None),
        Err(error) => (2, None, Some(error)),
    };
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update media
         set state = $3,
             size_bytes = $4,
             sha256 = $5,
             blob_key = $6,
             error = $7
         where tenant_id = $1
           and id = $2
           and state = 0",
        tenant,
        media.uuid(),
        state,
        stored.map(|stored| i64::try_from(stored.size_bytes).unwrap_or(i64::MAX)),
        stored.map(|stored| stored.sha256.as_str()),
        stored.map(|stored| stored.blob_key.as_str()),
        error,
    )
    .execute(tx.conn())
    .await?;
    let rows = sqlx::query!(
        "select id, conversation_id from messages where tenant_id = $1 and media_id = $2",
        tenant,
        media.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    let events: Vec<_> = rows
        .into_iter()
        .map(|row| DomainEvent::MessageUpdated {
            conversation_id: ConversationId::new(row.conversation_id),
            message_id: MessageId::new(row.id),
        })
        .collect();
    outbox::push(tx, now, &events).await
}

/// The message that a read receipt names: the subject itself, or the newest one that the customer sent in the subject's
/// conversation. `None` when there is nothing to show as read.
pub async fn newest_inbound(tx: &mut TenantTx, subject: Uuid) -> Result<Option<(PhoneNumberId, String)>> {
    let row = sqlx::query!(
        r#"(select phone_number_id as "phone_number_id!", provider_id as "provider_id!", thread_at
            from messages
            where tenant_id = $1
              and conversation_id = $2
              and direction = 1
              and provider_id is not null
            order by thread_at desc, id desc
            limit 1)
           union all
           (select phone_number_id, provider_id, thread_at
            from messages
            where tenant_id = $1
              and id = $2
              and direction = 1
              and provider_id is not null)
           limit 1"#,
        tx.tenant_id().uuid(),
        subject,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (PhoneNumberId::new(row.phone_number_id), row.provider_id)))
}

//! Outgoing mail between the change that writes it and the job that sends it. What it says is sealed meanwhile.

use domain::{DataKeyId, MailId, crypto::Sealed, ports::Mail};
use secrecy::ExposeSecret;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    jobs::{self, JobKind},
    tx::TenantTx,
    vault::{MAIL_CONTENT, Vault},
};

/// Writes a mail about a subject, an invitation or a person, and the job that sends it after the commit.
pub async fn write(
    tx: &mut TenantTx,
    vault: &Vault,
    id: MailId,
    subject: Uuid,
    mail: &Mail,
    now: OffsetDateTime,
) -> Result<()> {
    let plain = serde_json::to_vec(mail).map_err(|_| Error::Sealing("a mail can't be written down"))?;
    let sealed = vault.seal(tx, MAIL_CONTENT, now, &plain).await?;
    sqlx::query!(
        "insert into mails (tenant_id, id, subject_id, content_sealed, key_id, created_at) values ($1, $2, $3, $4, $5, $6)",
        tx.tenant_id().uuid(),
        id.uuid(),
        subject,
        sealed.bytes,
        sealed.key_id.uuid(),
        now,
    )
    .execute(tx.conn())
    .await?;
    jobs::enqueue(tx, id.uuid(), JobKind::SendMail, id.uuid(), now).await
}

/// Forgets every mail about a subject, so that what was not sent yet never is.
pub async fn forget(tx: &mut TenantTx, subject: Uuid) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "delete from mails where tenant_id = $1 and subject_id = $2",
        tenant,
        subject
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Opens a mail that waits; `None` once it was sent, given up or forgotten.
pub async fn waiting(tx: &mut TenantTx, vault: &Vault, id: MailId) -> Result<Option<Mail>> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query!(
        r#"select content_sealed as "content_sealed!", key_id as "key_id!"
           from mails
           where tenant_id = $1 and id = $2 and content_sealed is not null"#,
        tenant,
        id.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let sealed = Sealed {
        key_id: DataKeyId::new(row.key_id),
        bytes: row.content_sealed,
    };
    let plain = vault.open(tx, MAIL_CONTENT, &sealed).await?;
    serde_json::from_str(plain.expose_secret())
        .map(Some)
        .map_err(|_| Error::Inconsistent {
            table: "mails",
            column: "content_sealed",
        })
}

/// Notes that a mail was sent, or why it was given up; what it said goes.
pub async fn finish(tx: &mut TenantTx, id: MailId, error: Option<&str>, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    let sent_at = error.is_none().then_some(now);
    sqlx::query!(
        "update mails set content_sealed = null, key_id = null, sent_at = $3, error = $4 where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        sent_at,
        error,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Seals a portion of the waiting mails again that stand under a key out of force; how many.
pub(crate) async fn reseal(
    tx: &mut TenantTx,
    vault: &Vault,
    now: OffsetDateTime,
    portion: i64,
) -> Result<u64> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query!(
        r#"select m.id, m.content_sealed as "content_sealed!", k.id as key_id
           from mails m
           join data_keys k on k.tenant_id = m.tenant_id and k.id = m.key_id
           where m.tenant_id = $1 and not k.active
           order by m.id
           limit $2
           for update of m"#,
        tenant,
        portion,
    )
    .fetch_all(tx.conn())
    .await?;
    let count = u64::try_from(rows.len()).unwrap_or_default();
    for row in rows {
        let old = Sealed {
            key_id: DataKeyId::new(row.key_id),
            bytes: row.content_sealed,
        };
        let plain = vault.open(tx, MAIL_CONTENT, &old).await?;
        let new = vault
            .seal(tx, MAIL_CONTENT, now, plain.expose_secret().as_bytes())
            .await?;
        sqlx::query!(
            "update mails set content_sealed = $3, key_id = $4 where tenant_id = $1 and id = $2",
            tenant,
            row.id,
            new.bytes,
            new.key_id.uuid(),
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(count)
}

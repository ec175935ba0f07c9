//! Media rows; the bytes are in the blob store.

use domain::{MediaId, PhoneNumberId, content::Direction};
use time::OffsetDateTime;

use crate::{error::Result, tx::TenantTx};

/// Where a media row stands; the number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum MediaState {
    /// To be fetched from the provider.
    Pending = 0,
    /// In the blob store.
    Stored = 1,
    /// Can't be had; `error` says why.
    Failed = 2,
}

impl MediaState {
    const fn from_code(code: i16) -> Self {
        match code {
            1 => Self::Stored,
            2 => Self::Failed,
            _ => Self::Pending,
        }
    }
}

/// A media row.
#[derive(Debug, Clone)]
pub struct MediaRow {
    /// Our id.
    pub id: MediaId,
    /// The number it came in or goes out on.
    pub phone_number_id: PhoneNumberId,
    /// Where it stands.
    pub state: MediaState,
    /// MIME type.
    pub mime_type: String,
    /// File name, if one was given.
    pub filename: Option<String>,
    /// Bytes, once stored.
    pub size_bytes: Option<i64>,
    /// Key in the blob store, once stored.
    pub blob_key: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

/// An uploaded file.
#[derive(Debug)]
pub struct NewMedia {
    /// Our id.
    pub id: MediaId,
    /// The number it will go out on.
    pub phone_number_id: PhoneNumberId,
    /// Sniffed MIME type.
    pub mime_type: String,
    /// File name, if one was given.
    pub filename: Option<String>,
    /// Bytes.
    pub size_bytes: i64,
    /// Hex.
    pub sha256: String,
    /// Key in the blob store.
    pub blob_key: String,
    /// When.
    pub created_at: OffsetDateTime,
}

/// Stores the row of an uploaded file.
pub async fn insert(tx: &mut TenantTx, media: &NewMedia) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into media (tenant_id, id, phone_number_id, direction, state, mime_type, filename, size_bytes, sha256, blob_key, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tenant,
        media.id.uuid(),
        media.phone_number_id.uuid(),
        Direction::Outbound as i16,
        MediaState::Stored as i16,
        media.mime_type,
        media.filename,
        media.size_bytes,
        media.sha256,
        media.blob_key,
        media.created_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One media row.
pub async fn get(tx: &mut TenantTx, id: MediaId) -> Result<MediaRow> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query!(
        "select id, phone_number_id, state, mime_type, filename, size_bytes, blob_key, error
         from media where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(MediaRow {
        id: MediaId::new(row.id),
        phone_number_id: PhoneNumberId::new(row.phone_number_id),
        state: MediaState::from_code(row.state),
        mime_type: row.mime_type,
        filename: row.filename,
        size_bytes: row.size_bytes,
        blob_key: row.blob_key,
        error: row.error,
    })
}

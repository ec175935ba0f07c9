//! Media that messages carry, and what the provider has of it.

use std::collections::HashMap;

use domain::{MediaId, PhoneNumberId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{error::Result, tx::TenantTx};

/// A media row as sending needs it.
#[derive(Debug, Clone)]
pub struct LoadedMedia {
    /// The number it was uploaded for.
    pub phone_number_id: PhoneNumberId,
    /// MIME type.
    pub mime_type: String,
    /// Key of the stored bytes; `None` until they are stored.
    pub blob_key: Option<String>,
    /// The provider's id of an upload.
    pub provider_media_id: Option<String>,
    /// When the provider forgets it.
    pub provider_media_until: Option<OffsetDateTime>,
}

pub(super) async fn media(tx: &mut TenantTx, ids: &[Uuid]) -> Result<HashMap<MediaId, LoadedMedia>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        "select
           id,
           phone_number_id,
           mime_type,
           blob_key,
           provider_media_id,
           provider_media_until
         from media
         where tenant_id = $1
           and id = any($2)
           and state = 1",
        tx.tenant_id().uuid(),
        ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let media = rows.into_iter().map(|row| {
        let media = LoadedMedia {
            phone_number_id: PhoneNumberId::new(row.phone_number_id),
            mime_type: row.mime_type,
            blob_key: row.blob_key,
            provider_media_id: row.provider_media_id,
            provider_media_until: row.provider_media_until,
        };
        (MediaId::new(row.id), media)
    });
    Ok(media.collect())
}

/// Remembers an upload, so that the next message need not upload again.
pub async fn remember_upload(
    tx: &mut TenantTx,
    media: MediaId,
    provider_media_id: &str,
    until: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "update media
         set provider_media_id = $3,
             provider_media_until = $4
         where tenant_id = $1
           and id = $2",
        tx.tenant_id().uuid(),
        media.uuid(),
        provider_media_id,
        until,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

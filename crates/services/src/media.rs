//! Media: uploads, and links that expire.

mod sniff;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use domain::{
    Error, ErrorKind, MediaId, PhoneNumberId, Result, TenantId, content::FileKind, permission::Permission,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    TenantScope, audit,
    media::{self, MediaRow, MediaState, NewMedia},
    numbers,
};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::tenant::TenantServices;

/// Bytes of the largest file that WhatsApp takes: a document.
pub const UPLOAD_BYTES_MAX: usize = 100 * 1024 * 1024;
/// How long a link works.
const LINK_LIFETIME: Duration = Duration::minutes(15);
/// Bytes of a link's signature that are kept.
const SIGNATURE_BYTES: usize = 16;

/// A media row as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaView {
    /// The media.
    pub id: MediaId,
    /// `pending`, `stored` or `failed`.
    pub state: &'static str,
    /// MIME type.
    pub mime_type: String,
    /// File name, if one was given.
    pub filename: Option<String>,
    /// Bytes, once stored.
    pub size_bytes: Option<i64>,
    /// Where to get it, once stored; on this origin, without a sign-in.
    pub url: Option<String>,
    /// When the link stops working.
    #[serde(with = "time::serde::rfc3339::option")]
    pub url_expires_at: Option<OffsetDateTime>,
    /// Why it can't be had.
    pub error: Option<String>,
}

/// Bytes behind a link.
#[derive(Debug)]
pub struct LinkedMedia {
    /// The bytes.
    pub bytes: Bytes,
    /// MIME type.
    pub mime_type: String,
}

/// A file that was uploaded.
#[derive(Debug)]
pub struct Upload {
    /// The number it will go out on.
    pub phone_number_id: PhoneNumberId,
    /// File name, if one was given.
    pub filename: Option<String>,
    /// What it will be sent as; by its type if left out.
    pub kind: Option<FileKind>,
    /// The bytes.
    pub bytes: Bytes,
}

impl TenantServices {
    /// Stores a file for sending, by what the bytes say and not by the name.
    pub async fn upload_media(&self, scope: &TenantScope, upload: Upload) -> Result<MediaView> {
        scope.require(Permission::MessagesSend)?;
        let mime_type = sniff::mime_type(&upload.bytes, upload.filename.as_deref());
        let mime_type = mime_type.ok_or_else(|| Error::invalid("file", sniff::TAKEN))?;
        let kind = upload.kind.unwrap_or_else(|| FileKind::of(mime_type));
        let bytes = u64::try_from(upload.bytes.len()).unwrap_or(u64::MAX);
        if let Some(fault) = kind.fault(mime_type, bytes) {
            return Err(Error::invalid("file", fault));
        }
        let id: MediaId = self.ids.make();
        let blob_key = id.blob_key(scope.tenant_id());
        let mut tx = self.db.begin(scope).await?;
        numbers::get(&mut tx, upload.phone_number_id).await?;
        drop(tx);
        let sha256 = hex::encode(Sha256::digest(&upload.bytes));
        let size_bytes = i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX);
        self.blobs.put(&blob_key, upload.bytes).await?;
        let media = NewMedia {
            id,
            phone_number_id: upload.phone_number_id,
            mime_type: mime_type.to_owned(),
            filename: upload
                .filename
                .map(|name| name.chars().filter(|c| *c != '\0').take(240).collect()),
            size_bytes,
            sha256,
            blob_key,
            created_at: self.clock.now(),
        };
        let mut tx = self.db.begin(scope).await?;
        media::insert(&mut tx, &media).await?;
        audit::append(
            &mut tx,
            scope,
            &self.audit("media.upload", id, json!({ "bytes": size_bytes })),
        )
        .await?;
        let row = media::get(&mut tx, id).await?;
        tx.commit().await?;
        Ok(self.media_view(scope.tenant_id(), row))
    }

    /// A media row with a fresh link.
    pub async fn media(&self, scope: &TenantScope, id: MediaId) -> Result<MediaView> {
        scope.require(Permission::ConversationsRead)?;
        let mut tx = self.db.begin(scope).await?;
        let row = media::get(&mut tx, id).await?;
        Ok(self.media_view(scope.tenant_id(), row))
    }

    fn media_view(&self, tenant: TenantId, row: MediaRow) -> MediaView {
        let expires_at = self.real_clock.now() + LINK_LIFETIME;
        let stored = row.state == MediaState::Stored;
        let url = stored.then(|| format!("/media/{}", self.link(tenant, row.id, &row.mime_type, expires_at)));
        MediaView {
            id: row.id,
            state: match row.state {
                MediaState::Pending => "pending",
                MediaState::Stored => "stored",
                MediaState::Failed => "failed",
            },
            mime_type: row.mime_type,
            filename: row.filename,
            size_bytes: row.size_bytes,
            url_expires_at: url.as_ref().map(|_| expires_at),
            url,
            error: row.error,
        }
    }

    fn link(&self, tenant: TenantId, media: MediaId, mime_type: &str, expires_at: OffsetDateTime) -> String {
        let mut claim = Vec::with_capacity(64);
        claim.extend_from_slice(tenant.uuid().as_bytes());
        claim.extend_from_slice(media.uuid().as_bytes());
        claim.extend_from_slice(&expires_at.unix_timestamp().to_be_bytes());
        claim.extend_from_slice(mime_type.as_bytes());
        let signature = self.sign(&claim);
        BASE64_URL_SAFE_NO_PAD.encode([signature.as_slice(), &claim].concat())
    }

    fn sign(&self, claim: &[u8]) -> Vec<u8> {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.link_key.as_slice()) else {
            return Vec::new();
        };
        mac.update(claim);
        mac.finalize()
            .into_bytes()
            .iter()
            .take(SIGNATURE_BYTES)
            .copied()
            .collect()
    }

    /// The bytes behind a link; a forged, expired or erased one is not found.
    pub async fn linked_media(&self, claim: MediaLink) -> Result<LinkedMedia> {
        let bytes = self.blobs.get(&claim.media.blob_key(claim.tenant)).await?;
        Ok(LinkedMedia {
            bytes: bytes.ok_or_else(link_gone)?,
            mime_type: claim.mime_type,
        })
    }

    /// What a link of a media view proves; fails when it is forged or too old.
    pub fn media_link(&self, token: &str) -> Result<MediaLink> {
        self.open_link(token).ok_or_else(link_gone)
    }

    fn open_link(&self, token: &str) -> Option<MediaLink> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signature, claim) = bytes.split_at_checked(SIGNATURE_BYTES)?;
        if signature.len() != SIGNATURE_BYTES
            || !bool::from(subtle::ConstantTimeEq::ct_eq(
                self.sign(claim).as_slice(),
                signature,
            ))
        {
            return None;
        }
        let (tenant, rest) = claim.split_first_chunk::<16>()?;
        let (media, rest) = rest.split_first_chunk::<16>()?;
        let (expires, mime_type) = rest.split_first_chunk::<8>()?;
        (i64::from_be_bytes(*expires) > self.real_clock.now().unix_timestamp()).then_some(MediaLink {
            tenant: TenantId::new(Uuid::from_bytes(*tenant)),
            media: MediaId::new(Uuid::from_bytes(*media)),
            mime_type: String::from_utf8(mime_type.to_vec()).ok()?,
        })
    }
}

/// What a link of a media view proves: one file of one tenant.
#[derive(Debug)]
pub struct MediaLink {
    /// The tenant.
    pub tenant: TenantId,
    /// The file.
    pub media: MediaId,
    mime_type: String,
}

fn link_gone() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "link-expired",
        "This link has expired. Open the message again for a fresh one.",
    )
}

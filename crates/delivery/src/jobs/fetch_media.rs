//! Downloads what a customer sent, checks it and stores it.

use base64::Engine;
use domain::{MediaId, TypedId};
use sha2::{Digest, Sha256};
use store::{
    TenantScope,
    delivery::connection,
    jobs::{Job, StoredMedia, finish_media, pending_media},
};

use super::{End, failed};
use crate::context::Context;

/// Largest file that WhatsApp carries: documents of 100 MB.
const BYTES_MAX: usize = 100 * 1024 * 1024;

pub(super) async fn run(context: &Context, scope: &TenantScope, job: &Job) -> store::Result<End> {
    let id = MediaId::from_uuid(job.subject_id);
    let mut tx = context.tenant_db().begin(scope).await?;
    let Some(media) = pending_media(&mut tx, id).await? else {
        return Ok(End::Done);
    };
    let connected = connection(&mut tx, context.vault(), media.phone_number_id).await?;
    tx.commit().await?;
    let fetch = context
        .deps
        .provider
        .fetch_media(&connected.connection, &media.provider_media_id, BYTES_MAX);
    let fetched = match fetch.await {
        Ok(fetched) => fetched,
        Err(fault) => return Ok(failed(&fault)),
    };
    let digest = Sha256::digest(&fetched.bytes);
    if media
        .declared_sha256
        .as_deref()
        .is_some_and(|declared| !matches(declared, &digest))
    {
        return Ok(End::Later(
            "The bytes do not match the digest that the provider declared.".into(),
        ));
    }
    let blob_key = id.blob_key(job.tenant_id);
    let size_bytes = u64::try_from(fetched.bytes.len()).unwrap_or(u64::MAX);
    context.deps.blobs.put(&blob_key, fetched.bytes).await?;
    let stored = StoredMedia {
        size_bytes,
        sha256: hex::encode(digest),
        blob_key,
    };
    finish(context, scope, id, Ok(&stored)).await?;
    Ok(End::Done)
}

pub(super) async fn give_up(
    context: &Context,
    scope: &TenantScope,
    job: &Job,
    why: &str,
) -> store::Result<()> {
    finish(context, scope, MediaId::from_uuid(job.subject_id), Err(why)).await
}

async fn finish(
    context: &Context,
    scope: &TenantScope,
    id: MediaId,
    result: Result<&StoredMedia, &str>,
) -> store::Result<()> {
    let mut tx = context.tenant_db().begin(scope).await?;
    finish_media(&mut tx, id, result, context.now()).await?;
    tx.commit().await?;
    context.deps.events_wake.notify_one();
    Ok(())
}

/// True when `declared`, base64 or hex, names this digest.
fn matches(declared: &str, digest: &[u8]) -> bool {
    declared.eq_ignore_ascii_case(&hex::encode(digest))
        || declared == base64::prelude::BASE64_STANDARD.encode(digest)
}

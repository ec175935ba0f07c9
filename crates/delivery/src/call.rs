//! One call: the upload it may need, its turn at the gate, and the send.

use std::{collections::HashMap, panic::AssertUnwindSafe};

use domain::{
    ConversationId, MediaId,
    ports::{Connection, FaultClass, MediaBytes, ProviderFault, SendOutcome},
};
use futures::FutureExt;
use store::delivery::{CredentialUsed, LoadedMedia, remember_upload};
use time::Duration;
use tokio::{sync::Mutex, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{context::Context, lane::Lane, plan::Outgoing, verdict::own};

/// The adapter has its own, shorter time-outs; this one keeps a row from being open for ever.
const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(90);
/// How long an upload is used; the provider keeps it 30 days.
const UPLOAD_USED_FOR: Duration = Duration::days(29);

/// What surrounds the calls of one batch.
pub(crate) struct Calls<'a> {
    pub(crate) context: &'a Context,
    pub(crate) lane: &'a Lane,
    pub(crate) connection: &'a Connection,
    /// The credential in it.
    pub(crate) credential: CredentialUsed,
    /// The lane's halts when the batch was claimed.
    pub(crate) halts: u64,
    /// What was uploaded for this batch; held during an upload, so that a picture of many messages goes up once.
    pub(crate) uploads: Mutex<HashMap<MediaId, String>>,
    pub(crate) stop: &'a CancellationToken,
}

impl Calls<'_> {
    /// Makes the call; `None` when it was not begun, because the process stops, the number was halted or the lease is
    /// running out.
    pub(crate) async fn call(
        &self,
        conversation: ConversationId,
        outgoing: &mut Outgoing,
    ) -> Option<SendOutcome> {
        if !self.may_begin() {
            return None;
        }
        for (id, media) in std::mem::take(&mut outgoing.media) {
            match self.uploaded(id, &media).await {
                Ok(provider_media_id) => {
                    outgoing.message.payload.media.insert(id, provider_media_id);
                }
                Err(outcome) => {
                    self.lane.begun();
                    return Some(outcome);
                }
            }
        }
        let turn = self.lane.gate.pass(&self.context.line, || self.may_begin());
        if self.stop.run_until_cancelled(turn).await != Some(true) {
            return None;
        }
        self.lane.called();
        self.lane.pairs.take(conversation, self.context.now());
        let send = self
            .context
            .deps
            .provider
            .send(self.connection, &outgoing.message);
        let lost = |words| SendOutcome::Ambiguous(own(FaultClass::Other, words));
        let outcome = match timeout(ANSWER_WITHIN, AssertUnwindSafe(send).catch_unwind()).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => lost("The adapter failed in the middle of the call."),
            Err(_) => lost("The adapter gave no answer for too long."),
        };
        self.note(&outcome);
        Some(outcome)
    }

    /// The breaker hears of calls begun under its present state, failed uploads too; what began before it opened is no
    /// news.
    fn note(&self, outcome: &SendOutcome) {
        let current = self.lane.halts() == self.halts;
        if current && self.lane.breaker.note(outcome, self.context.line.now_us()) {
            self.lane.interrupt();
            tracing::warn!(number = %self.lane.key.phone_number_id, "a number's provider fails; its messages wait");
        }
    }

    fn may_begin(&self) -> bool {
        !self.stop.is_cancelled()
            && self.lane.halts() == self.halts
            && self.lane.is_valid(self.context.line.now_us())
    }

    /// The provider's id of the media; uploads it unless the provider still has it.
    async fn uploaded(&self, id: MediaId, media: &LoadedMedia) -> Result<String, SendOutcome> {
        let now = self.context.now();
        let own_number = media.phone_number_id == self.lane.key.phone_number_id;
        let kept = own_number && media.provider_media_until.is_some_and(|until| until > now);
        if let Some(known) = media.provider_media_id.as_ref().filter(|_| kept) {
            return Ok(known.clone());
        }
        let mut uploads = self.uploads.lock().await;
        if let Some(known) = uploads.get(&id) {
            return Ok(known.clone());
        }
        let bytes = match &media.blob_key {
            Some(key) => self.context.deps.blobs.get(key).await,
            None => Ok(None),
        };
        let bytes = match bytes {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let words = "The file is not stored here any more. Upload it again and send a new message.";
                return Err(SendOutcome::Refused(own(FaultClass::Invalid, words)));
            }
            Err(error) => {
                tracing::warn!(%error, media = %id, "media can't be read; the message goes again later");
                return Err(SendOutcome::NotSent(own(
                    FaultClass::Network,
                    "The file store did not answer.",
                )));
            }
        };
        let upload = MediaBytes {
            bytes,
            mime_type: media.mime_type.clone(),
        };
        let uploaded = self
            .context
            .deps
            .provider
            .upload_media(self.connection, upload)
            .await;
        let provider_media_id = uploaded.map_err(|fault| {
            let outcome = upload_fault(fault);
            self.note(&outcome);
            outcome
        })?;
        if own_number {
            self.remember(id, &provider_media_id).await;
        }
        uploads.insert(id, provider_media_id.clone());
        Ok(provider_media_id)
    }

    async fn remember(&self, id: MediaId, provider_media_id: &str) {
        let remembered = async {
            let mut tx = self.context.tenant_db().begin(&self.lane.scope).await?;
            remember_upload(
                &mut tx,
                id,
                provider_media_id,
                self.context.now() + UPLOAD_USED_FOR,
            )
            .await?;
            tx.commit().await
        };
        if let Err(error) = remembered.await {
            tracing::warn!(%error, media = %id, "an upload could not be noted; it will be made again");
        }
    }
}

/// An upload sends no message, so whatever may pass by itself is safe to try again.
fn upload_fault(fault: ProviderFault) -> SendOutcome {
    let passing = fault.class.machine_may_retry()
        || matches!(fault.class, FaultClass::Network | FaultClass::ProviderDown);
    if passing {
        SendOutcome::NotSent(fault)
    } else {
        SendOutcome::Refused(fault)
    }
}

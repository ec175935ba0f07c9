//! Committed bodies on their way from a stream's writer to its normalizer in the same process. A hint: whatever is not
//! handed over is read from the raw log by cursor.

use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use domain::MetaAppId;
use store::ingest::RawPosition;
use time::OffsetDateTime;
use tokio::sync::mpsc;

/// Batches that may wait for a normalizer.
const BATCHES_MAX: usize = 8;
/// Bytes of bodies in a batch that is handed over; a larger one is read back instead of kept in memory.
const BATCH_BYTES_MAX: usize = 2 << 20;

/// A body with its place in the raw log.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) position: RawPosition,
    pub(crate) meta_app_id: MetaAppId,
    pub(crate) received_at: OffsetDateTime,
    pub(crate) body: Bytes,
}

/// What one INSERT stored.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Where the writer stood before; `None` when it had just opened the stream.
    pub(crate) after: Option<RawPosition>,
    pub(crate) rows: Vec<Raw>,
}

/// Normalizers of this process by stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registry(Arc<DashMap<i16, mpsc::Sender<Batch>>>);

impl Registry {
    /// The receiving end of a stream; replaces an earlier one.
    pub(crate) fn register(&self, stream: i16) -> mpsc::Receiver<Batch> {
        let (sender, receiver) = mpsc::channel(BATCHES_MAX);
        self.0.insert(stream, sender);
        receiver
    }

    /// True when the stream is normalized in this process.
    pub(crate) fn knows(&self, stream: i16) -> bool {
        self.0.contains_key(&stream)
    }

    /// Hands a committed batch over, if there is room for it.
    pub(crate) fn offer(&self, stream: i16, batch: Batch) {
        let bytes: usize = batch.rows.iter().map(|row| row.body.len()).sum();
        if bytes > BATCH_BYTES_MAX {
            return;
        }
        if let Some(sender) = self.0.get(&stream) {
            // A full channel is no fault: the normalizer sees the gap and reads the raw log.
            let _ = sender.try_send(batch);
        }
    }
}

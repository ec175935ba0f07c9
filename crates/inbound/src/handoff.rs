//! Committed bodies on their way from a stream's writer to its normalizer in the same process. A hint: whatever is not
//! handed over is read from the raw log by cursor.

use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use domain::MetaAppId;
use store::ingest::RawPosition;
use time::OffsetDateTime;
use tokio::sync::{Notify, mpsc};

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

/// Writers and normalizers of this process by stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registry(Arc<Streams>);

#[derive(Debug, Default)]
struct Streams {
    normalizers: DashMap<i16, mpsc::Sender<Batch>>,
    writers: DashMap<i16, ()>,
    opened: Notify,
}

impl Registry {
    /// A stream is written here from now on.
    pub(crate) fn writer_opened(&self, stream: i16) {
        self.0.writers.insert(stream, ());
        self.0.opened.notify_one();
    }

    /// A stream is no longer written here.
    pub(crate) fn writer_closed(&self, stream: i16) {
        self.0.writers.remove(&stream);
    }

    /// True while the stream is written here: its batches come in memory.
    pub(crate) fn is_written_here(&self, stream: i16) -> bool {
        self.0.writers.contains_key(&stream)
    }

    /// Waits until a stream is opened here.
    pub(crate) async fn opened(&self) {
        self.0.opened.notified().await;
    }

    /// The receiving end of a stream; replaces an earlier one.
    pub(crate) fn register(&self, stream: i16) -> mpsc::Receiver<Batch> {
        let (sender, receiver) = mpsc::channel(BATCHES_MAX);
        self.0.normalizers.insert(stream, sender);
        receiver
    }

    /// True when the stream is normalized in this process.
    pub(crate) fn is_normalized_here(&self, stream: i16) -> bool {
        self.0.normalizers.contains_key(&stream)
    }

    /// Hands a committed batch over, if there is room for it.
    pub(crate) fn offer(&self, stream: i16, batch: Batch) {
        let bytes: usize = batch.rows.iter().map(|row| row.body.len()).sum();
        if bytes > BATCH_BYTES_MAX {
            return;
        }
        if let Some(sender) = self.0.normalizers.get(&stream) {
            // A full channel is no fault: the normalizer sees the gap and reads the raw log.
            let _ = sender.try_send(batch);
        }
    }
}

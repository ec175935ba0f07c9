//! The apps that may sign, kept in memory: the ack path never waits for the database, and a new app or secret counts
//! from the first webhook that needs it.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::MetaAppId;
use store::ingest::SigningApp;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

use crate::Deps;

/// Readings are at least this far apart, however many unknown apps or forged bodies come; a miss waits for the next.
const MISS_INTERVAL: Duration = Duration::from_millis(200);

type Snapshot = Arc<HashMap<MetaAppId, Arc<SigningApp>>>;

/// The known apps.
pub(crate) struct Apps {
    deps: Deps,
    ttl: Duration,
    current: RwLock<(Option<Instant>, Snapshot)>,
    /// When the last reading began; held while one runs.
    reading: Mutex<Option<Instant>>,
    renewing: AtomicBool,
}

impl Apps {
    pub(crate) fn new(deps: Deps, ttl: Duration) -> Self {
        Self {
            deps,
            ttl,
            current: RwLock::default(),
            reading: Mutex::default(),
            renewing: AtomicBool::new(false),
        }
    }

    /// The app as far as memory knows it, and whether that is old enough to be read again.
    pub(crate) fn known(&self, id: MetaAppId) -> (Option<Arc<SigningApp>>, bool) {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let stale = current.0.is_none_or(|read| read.elapsed() > self.ttl);
        (current.1.get(&id).cloned(), stale)
    }

    /// True for one caller at a time: it has to call [`Apps::renewed`] when it is done.
    pub(crate) fn may_renew(&self) -> bool {
        !self.renewing.swap(true, Ordering::AcqRel)
    }

    /// Ends what [`Apps::may_renew`] began.
    pub(crate) fn renewed(&self) {
        self.renewing.store(false, Ordering::Release);
    }

    /// Reads again, or waits for a reading that begins after this call.
    pub(crate) async fn refresh(&self) -> Result<(), store::Error> {
        let asked = Instant::now();
        let mut last = self.reading.lock().await;
        if last.is_some_and(|began| began >= asked) {
            return Ok(());
        }
        if let Some(began) = *last {
            sleep_until(began + MISS_INTERVAL).await;
        }
        let began = Instant::now();
        let apps = self
            .deps
            .db
            .signing_apps(&self.deps.vault, self.deps.clock.now())
            .await?;
        let snapshot: HashMap<_, _> = apps.into_iter().map(|app| (app.id, Arc::new(app))).collect();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = (Some(began), Arc::new(snapshot));
        *last = Some(began);
        Ok(())
    }
}

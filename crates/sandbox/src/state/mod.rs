//! Everything the sandbox remembers, behind one lock.

pub(crate) mod calls;
pub(crate) mod conversation;
pub(crate) mod events;
pub(crate) mod faults;
pub(crate) mod ids;
pub(crate) mod journal;
pub(crate) mod limiter;
pub(crate) mod media;
pub(crate) mod model;
pub(crate) mod people;
pub(crate) mod reviews;
pub(crate) mod send;
pub(crate) mod table;
pub(crate) mod world;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::{Clock, SimulatedClock};
use crate::{Config, Error};
use calls::CallRecord;
use events::Event;
use faults::Faults;
use journal::Journal;
use world::World;

/// Events kept for a slow reader of the event stream before it is told to start over.
const EVENT_BACKLOG: usize = 1024;

/// One running simulated WhatsApp; clones share the same state.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    world: Mutex<World>,
    faults: Mutex<Faults>,
    calls: Mutex<CallRecord>,
    journal: Mutex<Journal>,
    clock: SimulatedClock,
    events: broadcast::Sender<Event>,
    changed: Notify,
    webhooks_waiting: Notify,
    shutdown: CancellationToken,
    public_url: Url,
    state_file: PathBuf,
    media_folder: PathBuf,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sandbox {
    /// Reads the state file, raises the shared clock offset to the stored one, and is ready to serve.
    pub fn open(config: &Config, clock: Arc<dyn Clock>, shutdown: CancellationToken) -> Result<Self, Error> {
        let public_url = Url::parse(&config.public_url)
            .ok()
            .filter(|url| url.scheme() == "http" && url.has_host())
            .ok_or_else(|| Error::PublicUrl(config.public_url.clone()))?;
        let (world, calls) = journal::load(&config.state_file, config.seed)?;
        let media_folder = journal::media_folder(&config.state_file);
        std::fs::create_dir_all(&media_folder).map_err(|source| Error::StateFile {
            path: media_folder.clone(),
            source,
        })?;
        let clock = SimulatedClock::new(clock, Arc::clone(&config.clock_offset));
        clock.raise_to(world.kept.clock_offset_ms);
        Ok(Self(Arc::new(Inner {
            world: Mutex::new(world),
            faults: Mutex::default(),
            calls: Mutex::new(calls),
            journal: Mutex::new(Journal::new(config.state_file.clone())),
            clock,
            events: broadcast::channel(EVENT_BACKLOG).0,
            changed: Notify::new(),
            webhooks_waiting: Notify::new(),
            shutdown,
            public_url,
            state_file: config.state_file.clone(),
            media_folder,
        })))
    }

    pub(crate) fn read<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        look(&locked(&self.0.world))
    }

    /// Changes the world, then tells the event stream, the webhook sender and the saver.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        let (result, fired, waiting) = {
            let mut world = locked(&self.0.world);
            let result = change(&mut world);
            (result, std::mem::take(&mut world.fired), world.queue.is_waiting())
        };
        fired.into_iter().for_each(|event| self.fire(event));
        if waiting {
            self.0.webhooks_waiting.notify_one();
        }
        self.0.changed.notify_one();
        result
    }

    /// Changes the world without telling anyone, for bookkeeping that the sender itself does.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        change(&mut locked(&self.0.world))
    }

    pub(crate) fn fire(&self, event: Event) {
        // No reader is the normal case when no phone page is open.
        let _ = self.0.events.send(event);
    }

    pub(crate) fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    pub(crate) fn faults<R>(&self, with: impl FnOnce(&mut Faults) -> R) -> R {
        with(&mut locked(&self.0.faults))
    }

    /// Reads or writes the record of calls, which is saved with the world.
    pub(crate) fn calls<R>(&self, with: impl FnOnce(&mut CallRecord) -> R) -> R {
        let result = with(&mut locked(&self.0.calls));
        self.0.changed.notify_one();
        result
    }

    pub(crate) fn clock(&self) -> &SimulatedClock {
        &self.0.clock
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    pub(crate) fn public_url(&self) -> &Url {
        &self.0.public_url
    }

    pub(crate) fn shutdown(&self) -> &CancellationToken {
        &self.0.shutdown
    }

    pub(crate) fn wake_webhooks(&self) {
        self.0.webhooks_waiting.notify_one();
    }

    pub(crate) async fn webhooks_waiting(&self) {
        self.0.webhooks_waiting.notified().await;
    }

    pub(crate) fn trace_id(&self) -> String {
        locked(&self.0.world).kept.ids.trace()
    }
}

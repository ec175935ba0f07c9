use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::calls::{Call, CallRecord};
use super::world::World;
use super::{Sandbox, locked};
use crate::Error;

/// Quiet time between a change and its saving.
const SAVE_AFTER: Duration = Duration::from_millis(300);
/// Saving may take at most one part in this many of the time, so that a big state does not slow sends.
const SAVE_SHARE: u32 = 10;

#[derive(Deserialize)]
struct Stored {
    world: World,
    #[serde(default)]
    calls: Vec<Call>,
}

#[derive(Serialize)]
struct Storing<'a> {
    world: &'a World,
    calls: Vec<Call>,
}

pub(crate) fn media_folder(state_file: &Path) -> PathBuf {
    let mut name = state_file.file_name().unwrap_or_default().to_owned();
    name.push(".media");
    state_file.with_file_name(name)
}

pub(crate) fn load(path: &Path, seed: u64) -> Result<(World, CallRecord), Error> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok((World::new(seed), CallRecord::new(Vec::new())));
        }
        Err(source) => {
            return Err(Error::StateFile {
                path: path.to_owned(),
                source,
            });
        }
    };
    let mut stored: Stored = serde_json::from_slice(&bytes).map_err(|source| Error::StateFormat {
        path: path.to_owned(),
        source,
    })?;
    stored.world.rebuild_index();
    Ok((stored.world, CallRecord::new(stored.calls)))
}

impl Sandbox {
    /// Writes the state beside its file, then renames it into place.
    pub(crate) fn save(&self) -> Result<(), Error> {
        let calls = locked(&self.0.calls).tail();
        let bytes = {
            let mut world = locked(&self.0.world);
            world.clock_offset_ms = self.0.clock.offset_ms();
            serde_json::to_vec(&Storing { world: &world, calls })
        };
        let path = &self.0.state_file;
        let bytes = bytes.map_err(|source| Error::StateFormat {
            path: path.clone(),
            source,
        })?;
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".new");
        let temporary = PathBuf::from(temporary);
        write_private(&temporary, &bytes)
            .and_then(|()| std::fs::rename(&temporary, path))
            .map_err(|source| Error::StateFile {
                path: path.clone(),
                source,
            })
    }

    /// Saves shortly after each change until shutdown, then once more.
    pub(crate) async fn keep_saved(self) {
        loop {
            tokio::select! {
                () = self.0.changed.notified() => {}
                () = self.0.shutdown.cancelled() => break,
            }
            let started = Instant::now();
            self.save_and_report().await;
            let pause = SAVE_AFTER.max(started.elapsed() * SAVE_SHARE);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.0.shutdown.cancelled() => break,
            }
        }
    }

    pub(crate) async fn save_and_report(&self) {
        let sandbox = self.clone();
        match tokio::task::spawn_blocking(move || sandbox.save()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "sandbox state not saved"),
            Err(error) => tracing::warn!(%error, "sandbox state not saved"),
        }
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)
}

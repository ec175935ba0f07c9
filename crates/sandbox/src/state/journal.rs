//! The state file: one JSON line per row that changed, rewritten when most of it is out of date.
//! Of the record of calls each save adds the newest.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::calls::{Call, CallRecord, SAVED};
use super::world::World;
use super::{Sandbox, locked};
use crate::Error;

/// Quiet time between a change and its saving.
const SAVE_AFTER: Duration = Duration::from_millis(300);
/// Saving may take at most one part in this many of the time, so that it does not slow sends.
const SAVE_SHARE: u32 = 10;
/// Rows written while sends wait, under a millisecond's work.
const ROWS_AT_A_TIME: usize = 200;
/// The file is rewritten when it grew by this many bytes and to this many times its size after the last rewriting.
const GROWN_BYTES: u64 = 64 << 20;
const GROWN_TIMES: u64 = 4;

/// Table of the record of calls.
const CALLS: &str = "calls";

#[derive(Deserialize)]
struct Line {
    table: String,
    #[serde(default)]
    key: Value,
    row: Option<Value>,
}

#[derive(Serialize)]
struct Single<'a, T> {
    table: &'static str,
    row: &'a T,
}

/// The open state file.
pub(crate) struct Journal {
    path: PathBuf,
    /// `None` until the first save of this run, which writes the file anew.
    file: Option<File>,
    written: u64,
    /// Size after the last rewriting.
    base: u64,
    /// Position in the record of calls up to which the file has every ended one that it will have.
    calls: u64,
}

pub(crate) fn media_folder(state_file: &Path) -> PathBuf {
    let mut name = state_file.file_name().unwrap_or_default().to_owned();
    name.push(".media");
    state_file.with_file_name(name)
}

/// Reads a state file; an unfinished last line, as a crash leaves it, is passed over.
pub(crate) fn load(path: &Path, seed: u64) -> Result<(World, CallRecord), Error> {
    let no_file = |source| Error::StateFile {
        path: path.to_owned(),
        source,
    };
    let no_format = |source| Error::StateFormat {
        path: path.to_owned(),
        source,
    };
    let mut world = World::new(seed);
    let mut calls: BTreeMap<u64, Call> = BTreeMap::new();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok((world, CallRecord::new(Vec::new())));
        }
        Err(source) => return Err(no_file(source)),
    };
    let mut reader = BufReader::new(file);
    let mut text = Vec::new();
    while reader.read_until(b'\n', &mut text).map_err(no_file)? > 0 {
        if text.last() == Some(&b'\n') {
            let line: Line = serde_json::from_slice(&text).map_err(no_format)?;
            if line.table == CALLS {
                let call: Call = serde_json::from_value(line.row.unwrap_or_default()).map_err(no_format)?;
                calls.insert(call.seq, call);
                if calls.len() > SAVED {
                    calls.pop_first();
                }
            } else {
                world.load(&line.table, line.key, line.row).map_err(no_format)?;
            }
        }
        text.clear();
    }
    world.rebuild_index();
    Ok((world, CallRecord::new(calls.into_values().collect())))
}

impl Journal {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            written: 0,
            base: 0,
            calls: 0,
        }
    }

    fn is_overgrown(&self) -> bool {
        self.written > self.base + GROWN_BYTES && self.written > self.base * GROWN_TIMES
    }
}

impl Sandbox {
    /// Writes what changed to the end of the state file, or all of it to a new one that takes its place.
    pub(crate) fn save(&self) -> Result<(), Error> {
        let mut journal = locked(&self.0.journal);
        let failed = |source| Error::StateFile {
            path: self.0.state_file.clone(),
            source,
        };
        let rewrite = journal.is_overgrown() || journal.file.is_none();
        let mut file = match journal.file.take().filter(|_| !rewrite) {
            Some(file) => file,
            None => {
                locked(&self.0.world).mark_all();
                (journal.written, journal.calls) = (0, 0);
                create_private(&beside(&journal.path)).map_err(failed)?
            }
        };
        journal.written += self.write_rows(&mut file)?;
        journal.written += self.write_calls(&mut file, &mut journal.calls)?;
        if rewrite {
            std::fs::rename(beside(&journal.path), &journal.path).map_err(failed)?;
            journal.base = journal.written;
        }
        journal.file = Some(file);
        Ok(())
    }

    /// Writes changed rows in small portions until none is left; the answer is the bytes written.
    fn write_rows(&self, file: &mut File) -> Result<u64, Error> {
        let path = || self.0.state_file.clone();
        let no_file = |source| Error::StateFile { path: path(), source };
        let no_format = |source| Error::StateFormat { path: path(), source };
        let mut written = 0;
        let mut lines = Vec::new();
        loop {
            lines.clear();
            let rows = locked(&self.0.world)
                .write_changes(ROWS_AT_A_TIME, &mut lines)
                .map_err(no_format)?;
            file.write_all(&lines).map_err(no_file)?;
            written += lines.len() as u64;
            if rows < ROWS_AT_A_TIME {
                break;
            }
        }
        lines.clear();
        let mut kept = locked(&self.0.world).kept.clone();
        kept.clock_offset_ms = self.0.clock.offset_ms();
        single(&mut lines, "kept", &kept).map_err(no_format)?;
        file.write_all(&lines).map_err(no_file)?;
        Ok(written + lines.len() as u64)
    }

    /// Writes the newest calls after a position, which moves on behind those that have ended; the answer is the bytes written.
    fn write_calls(&self, file: &mut File, after: &mut u64) -> Result<u64, Error> {
        let path = || self.0.state_file.clone();
        let (calls, upto) = locked(&self.0.calls).unsaved(*after);
        let mut lines = Vec::new();
        for call in &calls {
            single(&mut lines, CALLS, call).map_err(|source| Error::StateFormat { path: path(), source })?;
        }
        file.write_all(&lines)
            .map_err(|source| Error::StateFile { path: path(), source })?;
        *after = upto;
        Ok(lines.len() as u64)
    }

    /// Saves shortly after each change until shutdown.
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

    async fn save_and_report(&self) {
        let sandbox = self.clone();
        match tokio::task::spawn_blocking(move || sandbox.save()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "sandbox state not saved"),
            Err(error) => tracing::warn!(%error, "sandbox state not saved"),
        }
    }
}

fn single<T: Serialize>(lines: &mut Vec<u8>, table: &'static str, row: &T) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *lines, &Single { table, row })?;
    lines.push(b'\n');
    Ok(())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

fn create_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::error::{At, Error};

/// Size in bytes beyond which the log moves to `postgres.log.1`; so the two hold at most twice this.
const LIMIT: u64 = 8 * 1024 * 1024;
/// Bytes read from the end for the last lines.
const TAIL_BYTES: i64 = 16 * 1024;
/// Lines quoted in an error.
const TAIL_LINES: usize = 8;

/// PostgreSQL's own log, bounded; it is opened for appending, so it can be emptied under the writer.
#[derive(Clone, Debug)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn open(&self) -> Result<File, Error> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .at("open", &self.path)
    }

    /// Keeps the log within its bound; a failure is left for the next call, a full log harms nothing else.
    pub fn bound(&self) {
        let Ok(meta) = std::fs::metadata(&self.path) else {
            return;
        };
        if meta.len() > LIMIT && std::fs::copy(&self.path, self.path.with_extension("log.1")).is_ok() {
            let _ = OpenOptions::new().write(true).truncate(true).open(&self.path);
        }
    }

    /// The last lines, each indented by two spaces.
    pub fn tail(&self) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(&self.path) {
            if file.seek(SeekFrom::End(-TAIL_BYTES)).is_err() {
                let _ = file.rewind();
            }
            let _ = file.read_to_end(&mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = VecDeque::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if lines.len() == TAIL_LINES {
                lines.pop_front();
            }
            lines.push_back(format!("  {line}"));
        }
        Vec::from(lines).join("\n")
    }
}

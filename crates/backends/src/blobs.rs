//! Blobs as files: a key is a path below one folder.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::{Error, ErrorKind, Result, ports::BlobStore};

use crate::entropy;

/// Longest key, in bytes.
const MAX_KEY: usize = 512;
/// Longest part between slashes: file systems allow 255 bytes.
const MAX_PART: usize = 200;

/// Keeps blobs as owner-only files; a blob is on disk before `put` returns, and readers see all of it or nothing.
#[derive(Debug, Clone)]
pub struct FileBlobs {
    root: PathBuf,
}

impl FileBlobs {
    /// Opens the folder, making it (mode 0700) when it is missing.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        make_folder(&root).map_err(|error| unusable(&root, error))?;
        Ok(Self { root })
    }

    fn path(&self, key: &str) -> Result<PathBuf> {
        let part = |part: &str| {
            (1..=MAX_PART).contains(&part.len())
                && part
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
        };
        if key.len() <= MAX_KEY && key.split('/').all(part) {
            Ok(self.root.join(key))
        } else {
            Err(Error::internal(
                "a blob key must be parts of [a-z0-9_-] between single slashes",
            ))
        }
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        let path = self.path(key)?;
        let root = self.root.clone();
        let done = tokio::task::spawn_blocking(move || work(&path))
            .await
            .map_err(Error::internal)?;
        done.map_err(|error| unusable(&root, error))
    }
}

#[async_trait]
impl BlobStore for FileBlobs {
    async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        let suffix = hex::encode(entropy::bytes::<8>()?);
        self.on_disk(key, move |path| write(path, &suffix, &bytes)).await
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>> {
        self.on_disk(key, |path| {
            absent_is_none(fs::read(path)).map(|bytes| bytes.map(Bytes::from))
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.on_disk(key, |path| absent_is_none(fs::remove_file(path)).map(|_| ()))
            .await
    }
}

/// Writes aside, syncs, renames, syncs the folder: a crash leaves the old blob or the new one.
fn write(path: &Path, suffix: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    make_folder(folder)?;
    // Keys hold no dots, so this name never meets a blob.
    let aside = folder.join(format!(".{suffix}.tmp"));
    let attempt = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        File::open(folder)?.sync_all()
    };
    attempt().inspect_err(|_| {
        let _ = fs::remove_file(&aside);
    })
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn absent_is_none<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn unusable(root: &Path, error: io::Error) -> Error {
    let sentence = "The media folder can't be used right now. Check its disk space and permissions.";
    Error::new(ErrorKind::Unavailable, "media-store-unavailable", sentence)
        .with_source(format!("{}: {error}", root.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use proptest::prelude::*;

    use super::*;

    fn folder() -> PathBuf {
        std::env::temp_dir().join(format!(
            "parlance-blobs-{}",
            hex::encode(entropy::bytes::<6>().unwrap())
        ))
    }

    #[tokio::test]
    async fn blobs_are_kept_replaced_and_deleted() {
        let root = folder();
        let blobs = FileBlobs::open(&root).unwrap();
        let key = "media/0193_a-b/x";
        assert_eq!(blobs.get(key).await.unwrap(), None);
        blobs.put(key, Bytes::from_static(b"one")).await.unwrap();
        blobs.put(key, Bytes::from_static(b"two")).await.unwrap();
        assert_eq!(blobs.get(key).await.unwrap().as_deref(), Some(&b"two"[..]));
        let mode = fs::metadata(root.join(key)).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode, fs::read_dir(root.join("media/0193_a-b")).unwrap().count()),
            (0o600, 1)
        );
        blobs.delete(key).await.unwrap();
        blobs.delete(key).await.unwrap();
        assert_eq!(blobs.get(key).await.unwrap(), None);
        fs::remove_dir_all(root).unwrap();
    }

    #[tokio::test]
    async fn keys_that_could_leave_the_folder_are_refused() {
        let root = folder();
        let blobs = FileBlobs::open(&root).unwrap();
        let long = "a/".repeat(300) + "a";
        for key in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "A",
            "a.b",
            "a\\b",
            "a b",
            "a\0b",
            "é",
            &long,
        ] {
            assert!(blobs.put(key, Bytes::new()).await.is_err(), "{key:?}");
            assert!(blobs.get(key).await.is_err(), "{key:?}");
            assert!(blobs.delete(key).await.is_err(), "{key:?}");
        }
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
        fs::remove_dir_all(root).unwrap();
    }

    proptest! {
        #[test]
        fn no_key_names_a_path_outside(key in "\\PC{0,40}") {
            let blobs = FileBlobs { root: PathBuf::from("/blobs") };
            if let Ok(path) = blobs.path(&key) {
                prop_assert!(path.starts_with("/blobs") && path != Path::new("/blobs"));
                let plain = path.components().all(|part| !matches!(part, std::path::Component::ParentDir));
                prop_assert!(plain);
            }
        }
    }
}

//! The master key file: owner-only, made once, never half-written.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::KeyError;
use crate::entropy;

/// What to do when there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnMissing {
    /// Fail: a production key that vanished must not be replaced.
    Fail,
    /// Make one with a random key, mode 0600.
    Create,
}

pub(super) fn read(path: &Path, missing: OnMissing) -> Result<SecretString, KeyError> {
    let fault = |source: io::Error| KeyError::File {
        path: path.display().to_string(),
        source,
    };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && missing == OnMissing::Create => {
            create(path)?;
            File::open(path).map_err(fault)?
        }
        Err(error) => return Err(fault(error)),
    };
    let mode = file.metadata().map_err(fault)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed {
            path: path.display().to_string(),
            mode,
        });
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(fault)?;
    Ok(SecretString::from(text.as_str()))
}

/// Writes aside and links into place: of two processes that start together, both read the same key afterwards.
fn create(path: &Path) -> Result<(), KeyError> {
    let key = Zeroizing::new(entropy::bytes::<32>().map_err(|_| KeyError::Entropy)?);
    let suffix = entropy::bytes::<8>().map_err(|_| KeyError::Entropy)?;
    let text = Zeroizing::new(STANDARD.encode(key.as_slice()));
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(".{}.tmp", hex::encode(suffix)));
    let aside = Path::new(&aside);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(aside)?;
        writeln!(file, "{}", text.as_str())?;
        file.sync_all()?;
        match fs::hard_link(aside, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        File::open(folder)?.sync_all()
    };
    let written = write();
    let _ = fs::remove_file(aside);
    written.map_err(|source| KeyError::File {
        path: path.display().to_string(),
        source,
    })
}

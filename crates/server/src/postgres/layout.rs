use std::fs::{self, DirBuilder, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretString};

use super::error::{At, Error};
use super::process::{Identity, effective_uid};

/// The port names the socket file only; nothing listens on the network.
pub const PORT: u16 = 5432;
/// Longest socket path: `sun_path` of unix(7) less its final nul.
const SOCKET_PATH_MAX: usize = 107;
/// Half-made databases start with this name; the process id follows.
const UNFINISHED: &str = "pgdata.new";
const PASSWORD_BYTES: usize = 24;

/// Where everything of the embedded PostgreSQL lies below the data folder.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The data folder, absolute.
    pub root: PathBuf,
    /// The database itself.
    pub pgdata: PathBuf,
}

impl Layout {
    /// Makes the data folder where it is missing. Root makes it enterable (0711), because PostgreSQL runs as another user.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        if !folder.is_dir() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o755)
                .create(folder)
                .at("make the folder", folder)?;
            let mode = if effective_uid() == 0 { 0o711 } else { 0o700 };
            fs::set_permissions(folder, Permissions::from_mode(mode)).at("set the mode of", folder)?;
        }
        let root = folder.canonicalize().at("find", folder)?;
        let pgdata = root.join("pgdata");
        Ok(Self { root, pgdata })
    }

    /// Path of PostgreSQL's log.
    pub fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    /// Major version of the database that is there, if any.
    pub fn version(&self) -> Option<String> {
        fs::read_to_string(self.pgdata.join("PG_VERSION"))
            .ok()
            .map(|text| text.trim().to_owned())
    }

    /// Owner (uid, gid) of the database that is there, if any.
    pub fn owner(&self) -> Option<(u32, u32)> {
        fs::metadata(&self.pgdata)
            .ok()
            .map(|meta| (meta.uid(), meta.gid()))
    }

    /// Removes half-made databases of earlier, interrupted runs.
    pub fn sweep(&self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.root).at("read", &self.root)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                // A dying initdb may still write into it; its name is never taken again, so a remnant waits for the next start.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(())
    }

    /// A new, empty folder for initdb, owned by `identity`.
    pub fn fresh(&self, identity: Identity) -> Result<PathBuf, Error> {
        let fresh = self.root.join(format!("{UNFINISHED}.{}", std::process::id()));
        own_dir(&fresh, identity)?;
        Ok(fresh)
    }

    /// Puts the finished database in its place, durably.
    pub fn adopt(&self, fresh: &Path) -> Result<(), Error> {
        fs::rename(fresh, &self.pgdata).at("rename", fresh)?;
        File::open(&self.root)
            .and_then(|dir| dir.sync_all())
            .at("write", &self.root)
    }

    /// The superuser's password file.
    pub fn password_file(&self) -> PathBuf {
        self.root.join("postgres.password")
    }

    /// The superuser's password: read, or drawn (24 random bytes in hex) when the database has not been made yet.
    pub fn password(&self, identity: Identity) -> Result<SecretString, Error> {
        let file = self.password_file();
        match fs::read_to_string(&file) {
            Ok(text) if !text.trim().is_empty() => {
                own(&file, identity)?;
                return Ok(SecretString::from(text.trim()));
            }
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).at("read", &file);
            }
            _ if self.version().is_some() => {
                return Err(Error::NoPassword {
                    folder: self.pgdata.clone(),
                    file,
                });
            }
            _ => {}
        }
        let mut bytes = [0_u8; PASSWORD_BYTES];
        OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(std::io::Error::other)
            .at("draw a password for", &file)?;
        let password = SecretString::from(hex::encode(bytes));
        let unfinished = file.with_extension("password.new");
        let _ = fs::remove_file(&unfinished);
        File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unfinished)
            .and_then(|mut f| {
                writeln!(f, "{}", password.expose_secret())?;
                f.sync_all()
            })
            .at("write", &unfinished)?;
        own(&unfinished, identity)?;
        fs::rename(&unfinished, &file).at("rename", &unfinished)?;
        Ok(password)
    }

    /// The socket folder, made (0700) where missing: below the data folder, or in the system's temporary folder under
    /// a name drawn from the data folder's inode when the path would not fit into a socket address.
    pub fn socket_dir(&self, identity: Identity) -> Result<PathBuf, Error> {
        let near = self.root.join("socket");
        let dir = if fits(&near) {
            near
        } else {
            self.short_socket_dir()?
        };
        if !dir.is_dir() {
            own_dir(&dir, identity)?;
        }
        let meta = fs::symlink_metadata(&dir).at("read", &dir)?;
        let expected = owner_of(identity).map_or_else(effective_uid, |(uid, _)| uid);
        let ours = meta.is_dir() && (meta.uid() == expected || meta.uid() == effective_uid());
        if !ours {
            return Err(Error::SocketDir { folder: dir });
        }
        own(&dir, identity)?;
        fs::set_permissions(&dir, Permissions::from_mode(0o700)).at("set the mode of", &dir)?;
        Ok(dir)
    }

    fn short_socket_dir(&self) -> Result<PathBuf, Error> {
        let meta = fs::metadata(&self.root).at("read", &self.root)?;
        let name = format!("parlance-{:x}-{:x}", meta.dev(), meta.ino());
        let dir = std::env::temp_dir().join(&name);
        Ok(if fits(&dir) {
            dir
        } else {
            Path::new("/tmp").join(name)
        })
    }
}

fn fits(dir: &Path) -> bool {
    dir.as_os_str().len() + "/.s.PGSQL.".len() + PORT.to_string().len() <= SOCKET_PATH_MAX
}

fn owner_of(identity: Identity) -> Option<(u32, u32)> {
    match identity {
        Identity::User { uid, gid } => Some((uid, gid)),
        Identity::Own | Identity::Namespace => None,
    }
}

fn own(path: &Path, identity: Identity) -> Result<(), Error> {
    match owner_of(identity) {
        Some((uid, gid)) => chown(path, Some(uid), Some(gid)).at("give away", path),
        None => Ok(()),
    }
}

fn own_dir(path: &Path, identity: Identity) -> Result<(), Error> {
    DirBuilder::new()
        .mode(0o700)
        .create(path)
        .at("make the folder", path)?;
    own(path, identity)
}

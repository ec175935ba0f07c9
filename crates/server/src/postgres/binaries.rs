use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::Error;

const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder that holds `initdb` and `postgres`, with their major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// Folder of the programs.
    pub dir: PathBuf,
    /// Major version, such as `15`.
    pub major: String,
}

impl Binaries {
    /// Finds the programs: `chosen` (PG_BIN) alone when given; else the version under /usr/lib/postgresql that made
    /// the database (`wanted`), else the highest there, else npm's @embedded-postgres below the working folder.
    pub fn find(chosen: Option<&Path>, wanted: Option<&str>) -> Result<Self, Error> {
        let candidates = match chosen {
            Some(dir) => vec![dir.to_owned()],
            None => debian().into_iter().chain(npm()).collect(),
        };
        let mut found: Vec<Self> = candidates.iter().filter_map(|dir| Self::open(dir)).collect();
        let at = found
            .iter()
            .position(|b| Some(b.major.as_str()) == wanted)
            .unwrap_or(0);
        if at < found.len() {
            return Ok(found.swap_remove(at));
        }
        let looked = match chosen {
            Some(dir) => format!("PG_BIN={}", dir.display()),
            None => format!("{DEBIAN}/*/bin, {}", npm_dir("node_modules").display()),
        };
        Err(Error::NoBinaries { looked })
    }

    /// Path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn open(dir: &Path) -> Option<Self> {
        if !dir.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(dir.join("postgres"))
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Some(Self {
            dir: dir.to_owned(),
            major: major(&text)?,
        })
    }
}

/// Major version out of `postgres (PostgreSQL) 15.18 (Debian …)` or `18beta1`.
fn major(version: &str) -> Option<String> {
    let number = version.split(") ").nth(1)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

fn debian() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort_by_key(|version| std::cmp::Reverse(version.0));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

fn npm() -> Vec<PathBuf> {
    let Ok(here) = std::env::current_dir() else {
        return Vec::new();
    };
    ["node_modules", "web/node_modules"]
        .iter()
        .map(|root| npm_dir(here.join(root)))
        .collect()
}

fn npm_dir(root: impl AsRef<Path>) -> PathBuf {
    let arch = if cfg!(target_arch = "aarch64") {
        "linux-arm64"
    } else {
        "linux-x64"
    };
    root.as_ref()
        .join("@embedded-postgres")
        .join(arch)
        .join("native/bin")
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read_from_every_packagers_text() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n").as_deref(),
            Some("15")
        );
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n").as_deref(), Some("18"));
        assert_eq!(major("something else"), None);
    }
}

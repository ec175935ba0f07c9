use std::fs;
use std::process::Stdio;

use super::binaries::Binaries;
use super::error::Error;
use super::layout::Layout;
use super::process::{Identity, command, effective_uid};

/// Chooses the account for PostgreSQL. We keep our own unless we are root; root takes the owner of the database that
/// is there, else the user `postgres`, else a user namespace: the first under which the programs run inside the folder.
pub fn choose(binaries: &Binaries, layout: &Layout) -> Result<Identity, Error> {
    let we = effective_uid();
    let owner = layout.owner();
    if we != 0 {
        return match owner {
            Some((owner, _)) if owner != we => Err(Error::Owner {
                folder: layout.pgdata.clone(),
                owner,
                we,
            }),
            _ => Ok(Identity::Own),
        };
    }
    let candidates = match owner {
        Some((0, _)) => vec![Identity::Namespace],
        Some((uid, gid)) => vec![Identity::User { uid, gid }],
        None => postgres_user().into_iter().chain([Identity::Namespace]).collect(),
    };
    let mut tried = Vec::new();
    for candidate in candidates {
        match probe(binaries, layout, candidate) {
            Ok(()) => return Ok(candidate),
            Err(outcome) => tried.push(format!("{}: {outcome}", name(candidate))),
        }
    }
    Err(Error::NoIdentity {
        folder: layout.root.clone(),
        tried: tried.join("; "),
    })
}

/// Runs `initdb --version` as `identity` with the data folder as its directory: tells at once whether the folder can
/// be entered, the programs can be executed and the kernel allows the identity.
fn probe(binaries: &Binaries, layout: &Layout, identity: Identity) -> Result<(), String> {
    let status = command(&binaries.program("initdb"), identity, libc::SIGKILL)
        .arg("--version")
        .current_dir(&layout.root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(status.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

fn name(identity: Identity) -> String {
    match identity {
        Identity::Own => "our own user".to_owned(),
        Identity::User { uid, .. } => format!("user id {uid}"),
        Identity::Namespace => "a user namespace".to_owned(),
    }
}

fn postgres_user() -> Option<Identity> {
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some("postgres") {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Identity::User { uid, gid })
    })
}

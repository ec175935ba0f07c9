//! `parlance admin rebase-positions`: after a restore into another PostgreSQL cluster.

use std::io::Write;

use anyhow::Context;
use store::{UpkeepDb, setup};

use crate::config::Config;

/// Lifts the places of new events and audit entries above the restored ones.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let database = &config.database;
    let owner = database
        .owner_url
        .as_ref()
        .context("database.owner_url is missing")?;
    let upkeep = database
        .upkeep_url
        .as_ref()
        .context("database.upkeep_url is missing")?;
    let upkeep = UpkeepDb::connect(upkeep, 1)
        .await
        .context("database role parlance_upkeep")?;
    let mut out = std::io::stdout();
    match setup::rebase_positions(&upkeep, owner).await? {
        Some(ahead) => writeln!(
            out,
            "New events and audit entries stand after place {} from now on; this cluster was at {}.",
            ahead.highest, ahead.next
        )?,
        None => writeln!(out, "Nothing to do: no stored place lies ahead of this cluster.")?,
    }
    Ok(())
}

//! `parlance audit …`: checks of the audit logs.

use std::{io::Write, process::ExitCode};

use anyhow::Context;
use store::UpkeepDb;

use crate::config::{Config, Needs};

/// Checks the chains of seals; fails when one does not hold.
pub async fn verify(config: &Config, tenant: Option<&str>) -> anyhow::Result<ExitCode> {
    config.validate(Needs {
        roles: &["upkeep"],
        ..Needs::default()
    })?;
    let url = config
        .database
        .upkeep_url
        .as_ref()
        .context("database.upkeep_url is missing")?;
    let db = UpkeepDb::connect(url, 1)
        .await
        .context("database role parlance_upkeep")?;
    let reports = db
        .verify_audit(tenant)
        .await?
        .with_context(|| format!("there is no tenant {}", tenant.unwrap_or_default()))?;
    let mut out = std::io::stdout().lock();
    let mut sound = true;
    for report in reports {
        let head = report.head.as_deref().unwrap_or("none");
        write!(
            out,
            "{}: {} seals over {} entries, head {head}",
            report.chain, report.seals, report.entries
        )?;
        match report.broken {
            None => writeln!(out)?,
            Some(place) => {
                sound = false;
                writeln!(out, "\n  BROKEN at {place}")?;
            }
        }
    }
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

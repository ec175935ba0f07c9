//! `parlance admin replay`: stored webhooks applied again.

use std::{io::Write, sync::Arc};

use anyhow::Context;
use domain::{Clock, Ids, replay::ReplayReport};
use inbound::{Deps, Inbound};
use providers::cloud_api::CloudApiInbound;
use store::{
    ingest::{Outcome, ReplayRange},
    vault::Vault,
};
use time::{Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use super::{ReplayArgs, ReplayOnly};
use crate::{clock::SystemClock, compose::ingest_db, config::Config};

/// Applies the range, or tells what would change.
pub async fn run(config: &Config, args: &ReplayArgs, vault: Vault, ids: Ids) -> anyhow::Result<()> {
    let outcomes = match args.only {
        None => Vec::new(),
        Some(ReplayOnly::Quarantined) => vec![Outcome::Unroutable, Outcome::UnboundApp],
        Some(ReplayOnly::Unsupported) => vec![Outcome::Unsupported, Outcome::Unreadable],
    };
    let range = ReplayRange {
        from: args.from,
        to: args.to,
        stream: args.stream,
        provider_number_id: args.number.clone(),
        provider_waba_id: args.waba.clone(),
        outcomes,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let deps = Deps {
        db: ingest_db(config).await?,
        vault,
        adapter: Arc::new(CloudApiInbound),
        clock,
        ids,
        // The running processes poll the outbox.
        wake: Arc::new(|_| {}),
    };
    let report = Inbound::replay(&deps, &inbound::Config::default(), &range, args.dry_run)
        .await
        .context("the replay stopped; what it applied stays, and it may be run again")?;
    print(&report, args.dry_run)
}

fn print(report: &ReplayReport, dry_run: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let done = if dry_run { "Would read" } else { "Read" };
    writeln!(out, "{done} {} stored bodies again.", report.bodies)?;
    if report.failed > 0 {
        writeln!(
            out,
            "{} of them can't be applied by this version; the log has why. They stay stored.",
            report.failed
        )?;
    }
    for row in &report.outcomes {
        let before = row.before.unwrap_or("not logged");
        let kept = if before == row.after { " (as before)" } else { "" };
        writeln!(out, "{:>8}  {before} -> {}{kept}", row.changes, row.after)?;
    }
    writeln!(
        out,
        "New: {} messages, {} statuses, {} other updates, {} contacts.",
        report.messages, report.statuses, report.updates, report.contacts
    )?;
    if dry_run {
        writeln!(out, "Nothing was changed. Leave out --dry-run to apply it.")?;
    }
    Ok(())
}

/// A moment, or the first moment of a day in UTC.
pub fn moment(text: &str) -> Result<OffsetDateTime, String> {
    let day = time::macros::format_description!("[year]-[month]-[day]");
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| Date::parse(text, &day).map(|date| date.midnight().assume_offset(UtcOffset::UTC)))
        .map_err(|_| "write a day (2026-11-22) or a moment (2026-11-22T08:00:00Z)".to_owned())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::moment;

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        assert_eq!(moment("2026-11-22"), Ok(datetime!(2026-11-22 00:00 UTC)));
        assert_eq!(
            moment("2026-11-22T08:00:00+02:00"),
            Ok(datetime!(2026-11-22 06:00 UTC))
        );
        assert!(moment("yesterday").is_err());
    }
}

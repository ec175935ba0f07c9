//! A range of the raw log applied again: after an upgrade, or when a number was connected after its first webhooks.

use std::collections::BTreeMap;

use domain::replay::{ReplayReport, Replayed};
use store::ingest::{self, ChangeOutcome, LoggedOutcome, Outcome, RawPosition, ReplayPage, ReplayRange};

use super::{apply, parsed, parsed::Parsed, statuses};
use crate::{Committed, Config, Deps, handoff::Raw};

/// Applies the range, or only tells what would change. Each page is one transaction, by the same way as new webhooks, so
/// what is known changes nothing and another normalizer may run meanwhile.
pub(crate) async fn run(
    deps: &Deps,
    config: &Config,
    range: &ReplayRange,
    dry_run: bool,
) -> Result<ReplayReport, store::Error> {
    let mut report = ReplayReport::default();
    let mut after: Option<(i16, RawPosition)> = None;
    while let Some(page) = deps.db.replay_page(range, after).await? {
        let Some(last) = page.rows.last() else { break };
        after = Some((page.stream, last.position));
        let logged = deps.db.logged_outcomes(&page).await?;
        let stream = page.stream;
        let parsed = parse(deps, page);
        let mut rest = parsed.as_slice();
        while !rest.is_empty() {
            let (chunk, others) = rest.split_at(super::lane::chunk_len(rest, config.facts_max));
            rest = others;
            settle_chunk(deps, stream, chunk, &logged, dry_run, &mut report).await?;
        }
    }
    Ok(report)
}

/// Applies a chunk; a body that fails alone is found by halving and counted, and the rest goes on.
async fn settle_chunk(
    deps: &Deps,
    stream: i16,
    chunk: &[Parsed],
    logged: &[LoggedOutcome],
    dry_run: bool,
    report: &mut ReplayReport,
) -> Result<(), store::Error> {
    let mut pending = vec![chunk];
    while let Some(rows) = pending.pop() {
        let Err(error) = apply_chunk(deps, stream, rows, logged, dry_run, report).await else {
            continue;
        };
        match rows {
            [_, _, ..] if ingest::may_pass_in_parts(&error) => {
                let (first, second) = rows.split_at(rows.len() / 2);
                pending.extend([second, first]);
            }
            [row] if ingest::blames_the_row(&error) => {
                tracing::error!(%error, stream, seq = row.position.seq, "a webhook still can't be applied");
                report.bodies += 1;
                report.failed += 1;
            }
            _ => return Err(error),
        }
    }
    Ok(())
}

fn parse(deps: &Deps, page: ReplayPage) -> Vec<Parsed> {
    let raw = page.rows.into_iter().map(|row| Raw {
        position: row.position,
        meta_app_id: row.meta_app_id,
        received_at: row.received_at,
        body: row.body.into(),
    });
    raw.map(|raw| Parsed::read(&*deps.adapter, &raw)).collect()
}

async fn apply_chunk(
    deps: &Deps,
    stream: i16,
    rows: &[Parsed],
    logged: &[LoggedOutcome],
    dry_run: bool,
    report: &mut ReplayReport,
) -> Result<(), store::Error> {
    let routes = parsed::read_routes(&deps.db, rows).await?;
    let mut tx = deps.db.begin_replay(&routes).await?;
    let (effects, outcomes) = apply::apply_in(&mut tx, deps, stream, rows, &routes).await?;
    let kept = effects.contacts;
    if dry_run {
        drop(tx);
    } else {
        tx.commit().await?;
        statuses::apply_parked(deps, &effects.parked).await?;
        if !effects.events.rows().is_empty() {
            (deps.wake)(Committed { jobs: effects.jobs });
        }
    }
    report.bodies += rows.len();
    report.contacts += kept;
    count(report, logged, &outcomes);
    Ok(())
}

/// Outcomes before and after: an outcome never gets worse.
fn count(report: &mut ReplayReport, logged: &[LoggedOutcome], outcomes: &[ChangeOutcome]) {
    let before: BTreeMap<(RawPosition, i32), i16> = logged
        .iter()
        .map(|row| ((row.position, row.index), row.outcome))
        .collect();
    let mut changes: BTreeMap<(Option<&'static str>, &'static str), usize> = BTreeMap::new();
    for outcome in outcomes {
        let known = before.get(&(outcome.position, outcome.index)).copied();
        let after = known.map_or(outcome.outcome as i16, |known| known.min(outcome.outcome as i16));
        let name = |code: i16| Outcome::from_code(code).map_or("unknown", Outcome::name);
        *changes.entry((known.map(name), name(after))).or_default() += 1;
        report.messages += count_of(outcome.messages);
        report.statuses += count_of(outcome.statuses);
        report.updates += count_of(outcome.updates);
    }
    for ((before, after), changes) in changes {
        let known = report
            .outcomes
            .iter_mut()
            .find(|row| (row.before, row.after) == (before, after));
        match known {
            Some(row) => row.changes += changes,
            None => report.outcomes.push(Replayed {
                before,
                after,
                changes,
            }),
        }
    }
}

fn count_of(count: i32) -> usize {
    usize::try_from(count).unwrap_or_default()
}

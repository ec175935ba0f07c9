//! The bench: each figure is a ratio to a floor that was measured in the same run, on the same cores, in the same
//! cluster. Started by `bench/run`, which gives it a durable PostgreSQL of its own. It must never be part of the
//! product, and never judge by an absolute rate.

mod flow;
mod ingest;
mod machine;
mod queries;
mod report;
mod rounds;
mod sending;
mod stage;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, ValueEnum};

use crate::{report::Report, rounds::Plan, stage::Stage};

/// The server's allocator, so that both are measured alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is measured; bench/README.md says what each id means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Id {
    #[value(name = "I1")]
    I1,
    #[value(name = "I2")]
    I2,
    #[value(name = "I3")]
    I3,
    #[value(name = "I4")]
    I4,
    #[value(name = "I5")]
    I5,
    #[value(name = "I6")]
    I6,
    #[value(name = "I7")]
    I7,
    #[value(name = "I9")]
    I9,
    #[value(name = "I10")]
    I10,
    #[value(name = "O2")]
    O2,
    #[value(name = "Q1")]
    Q1,
    #[value(name = "Q2")]
    Q2,
}

/// Measures Parlance against floors taken in the same run.
#[derive(Debug, Parser)]
#[command(name = "bench/run")]
struct Args {
    /// Fewer and shorter rounds, less data, and 0.8 of each target.
    #[arg(long)]
    short: bool,
    /// Writes one JSON line per figure to this file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// What to measure; everything when none is named.
    #[arg(ignore_case = true)]
    ids: Vec<Id>,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let good = runtime.block_on(run(&args))?;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn run(args: &Args) -> anyhow::Result<bool> {
    let plan = if args.short { Plan::short() } else { Plan::full() };
    let wanted = |id| args.ids.is_empty() || args.ids.contains(&id);
    let mut report = Report::new(&plan, args.json.as_deref())?;
    let stage = Stage::new(plan).await?;
    report.note(&stage.describe().await?)?;
    if [Id::I1, Id::I2, Id::I3, Id::I4, Id::I5].into_iter().any(wanted) {
        acknowledging(&stage, &mut report, wanted).await?;
    }
    if [Id::I6, Id::I7, Id::I9, Id::I10].into_iter().any(wanted) {
        normalizing(&stage, &mut report, wanted).await?;
    }
    if wanted(Id::O2) {
        let sending = sending::Sending::start(&stage).await?;
        report.add(sending::sent(&stage, &sending).await?)?;
        sending.stop().await;
    }
    if wanted(Id::Q1) || wanted(Id::Q2) {
        let inbox = queries::Inbox::fill(&stage).await?;
        if wanted(Id::Q1) {
            report.add(queries::page(&stage, &inbox).await?)?;
        }
        if wanted(Id::Q2) {
            report.add(queries::point_read(&stage, &inbox).await?)?;
            report.add(queries::insert(&stage, &inbox).await?)?;
        }
    }
    report.finish()
}

async fn acknowledging(
    stage: &Stage,
    report: &mut Report,
    wanted: impl Fn(Id) -> bool,
) -> anyhow::Result<()> {
    let ingest = ingest::Ingest::start(stage).await?;
    if wanted(Id::I1) || wanted(Id::I2) {
        report.add(ingest::acknowledged(stage, &ingest, wanted(Id::I1), wanted(Id::I2)).await?)?;
    }
    if wanted(Id::I3) {
        report.add(ingest::at_half(stage, &ingest).await?)?;
    }
    if wanted(Id::I4) {
        report.add(ingest::idle(stage, &ingest).await?)?;
    }
    if wanted(Id::I5) {
        report.add(ingest::overloaded(stage, &ingest).await?)?;
    }
    ingest.stop().await;
    Ok(())
}

async fn normalizing(stage: &Stage, report: &mut Report, wanted: impl Fn(Id) -> bool) -> anyhow::Result<()> {
    let flow = flow::Flow::start(stage).await?;
    if wanted(Id::I6) {
        report.add(flow::sustained(stage, &flow).await?)?;
    }
    if wanted(Id::I7) {
        report.add(flow::reordered(stage, &flow).await?)?;
    }
    if wanted(Id::I10) {
        report.add(flow::flooded(stage, &flow).await?)?;
    }
    flow.stop().await;
    if wanted(Id::I9) {
        report.add(flow::updates(stage).await?)?;
    }
    Ok(())
}

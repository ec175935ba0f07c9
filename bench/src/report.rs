//! Figures as a table for people and as JSON lines for programs.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Write, stdout},
    path::Path,
};

use anyhow::Context;
use serde::Serialize;

use crate::rounds::{FOREIGN_MAX, Plan, Rounds};

/// Which way a figure has to go.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// No less than this.
    AtLeast(f64),
    /// No more than this.
    AtMost(f64),
}

/// One figure.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// `I1` …
    pub id: &'static str,
    /// What the figure is, with its unit.
    pub metric: &'static str,
    /// The median over the rounds.
    pub value: f64,
    /// What it should be.
    pub target: f64,
    /// Whether it passes: in the short form 0.8 of the target does.
    pub ok: bool,
    /// The floor's own figure (median).
    pub floor: f64,
    /// Rounds that count.
    pub rounds: usize,
    /// The product's own figure (median), in the unit of `floor`.
    pub product: f64,
    /// Unit of `floor` and `product`.
    pub unit: &'static str,
    /// What `value` was compared with.
    pub gate: f64,
    /// `rate`, `latency` or `cpu`; `cpu` in place of `rate` when others burned too much.
    pub judged_by: &'static str,
    /// Cores that others burned, median over the rounds.
    pub foreign: f64,
    /// True when rounds with foreign load had to count.
    pub noisy: bool,
    /// Processor time per item in microseconds and other figures beside it, by name.
    pub beside: BTreeMap<String, f64>,
}

impl Figure {
    /// Judges `value`.
    pub fn new<const SIDES: usize>(
        plan: &Plan,
        rounds: &Rounds<SIDES>,
        id: &'static str,
        metric: &'static str,
        value: f64,
        target: Target,
    ) -> Self {
        let (target, gate, ok) = match target {
            Target::AtLeast(target) => (
                target,
                target * plan.strictness,
                value >= target * plan.strictness,
            ),
            Target::AtMost(target) => (
                target,
                target / plan.strictness,
                value <= target / plan.strictness,
            ),
        };
        Self {
            id,
            metric,
            value,
            target,
            ok,
            floor: 0.0,
            rounds: rounds.kept.len(),
            product: 0.0,
            unit: "",
            gate,
            judged_by: "cpu",
            foreign: rounds.foreign(),
            noisy: rounds.noisy,
            beside: BTreeMap::new(),
        }
    }

    /// The two figures that `value` compares.
    pub const fn of(mut self, product: f64, floor: f64, unit: &'static str) -> Self {
        (self.product, self.floor, self.unit) = (product, floor, unit);
        self
    }

    /// What `value` was taken from.
    pub const fn judged_by(mut self, judged_by: &'static str) -> Self {
        self.judged_by = judged_by;
        self
    }

    /// One more figure beside it.
    pub fn with(mut self, name: &str, value: f64) -> Self {
        self.beside.insert(name.to_owned(), value);
        self
    }

    /// The processor time of one side, by who spent it.
    pub fn with_cpu<const SIDES: usize>(self, name: &str, rounds: &Rounds<SIDES>, side: usize) -> Self {
        let of = |part: fn(&crate::rounds::Measured) -> f64| {
            rounds.median(|round| round.get(side).map(part).unwrap_or_default())
        };
        self.with(&format!("{name} program us"), of(|m| m.program_us))
            .with(&format!("{name} load us"), of(|m| m.load_us))
            .with(&format!("{name} postgres us"), of(|m| m.postgres_us))
    }
}

/// The run's output.
#[derive(Debug)]
pub struct Report {
    json: Option<File>,
    strictness: f64,
    good: bool,
}

impl Report {
    /// Opens the file, if one is wanted.
    pub fn new(plan: &Plan, json: Option<&Path>) -> anyhow::Result<Self> {
        let json = json
            .map(|path| File::create(path).with_context(|| format!("cannot write {}", path.display())))
            .transpose()?;
        Ok(Self {
            json,
            strictness: plan.strictness,
            good: true,
        })
    }

    /// Says something before the figures.
    pub fn note(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(writeln!(stdout(), "{text}")?)
    }

    /// Shows figures as soon as they are there.
    pub fn add(&mut self, figures: Vec<Figure>) -> anyhow::Result<()> {
        for figure in figures {
            self.good &= figure.ok;
            if let Some(file) = &mut self.json {
                writeln!(file, "{}", serde_json::to_string(&figure)?)?;
            }
            show(&figure)?;
        }
        Ok(())
    }

    /// The last line; true when every figure passes.
    pub fn finish(self) -> anyhow::Result<bool> {
        let part = if self.strictness < 1.0 {
            format!("{} of each target", self.strictness)
        } else {
            "every target".to_owned()
        };
        writeln!(
            stdout(),
            "\n{}: {part} {}",
            if self.good { "ok" } else { "FAILED" },
            if self.good { "reached" } else { "was asked for" }
        )?;
        Ok(self.good)
    }
}

fn show(figure: &Figure) -> anyhow::Result<()> {
    let mut out = stdout();
    let Figure {
        id,
        metric,
        value,
        gate,
        product,
        floor,
        unit,
        judged_by,
        foreign,
        rounds,
        ..
    } = figure;
    let verdict = if figure.ok { "ok" } else { "FAILED" };
    writeln!(out, "\n{id}  {metric}: {value:.3}  (gate {gate:.3})  {verdict}")?;
    writeln!(
        out,
        "    product {product:.1} {unit}, floor {floor:.1} {unit}; {rounds} rounds, judged by {judged_by}, foreign {foreign:.2} cores"
    )?;
    if figure.noisy {
        writeln!(
            out,
            "    noisy: rounds with more than {FOREIGN_MAX} cores of foreign load had to count"
        )?;
    }
    for (name, value) in &figure.beside {
        writeln!(out, "    {name:<32} {value:>12.1}")?;
    }
    out.flush()?;
    Ok(())
}

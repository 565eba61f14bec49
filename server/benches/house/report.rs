//! What was measured: rows with a value, what it should be, and whether it is; as a table and as JSON.
//!
//! Nothing in here is typed in but the targets, and those stand beside the measurements that they judge.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::machine::Machine;

/// Everything one part found out.
#[derive(Default, Serialize, Deserialize)]
pub struct Findings {
    pub rows: Vec<Row>,
    /// How it was measured, and what a reader should know before comparing.
    pub remarks: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub struct Row {
    name: String,
    /// `None` where this machine or this configuration cannot measure it.
    value: Option<f64>,
    unit: String,
    target: Option<Target>,
    /// Numbers beside the one that is judged.
    also: Vec<(String, f64)>,
}

/// What a value should be.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    AtLeast(f64),
    Below(f64),
    Exactly(f64),
}

impl Findings {
    /// A measured value; what follows on the row goes to it.
    pub fn row(&mut self, name: impl Into<String>, value: f64, unit: &str) -> &mut Row {
        self.push(name.into(), Some(value), unit)
    }

    /// What this machine has no value for.
    pub fn not_here(&mut self, name: impl Into<String>, unit: &str) -> &mut Row {
        self.push(name.into(), None, unit)
    }

    pub fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }

    fn push(&mut self, name: String, value: Option<f64>, unit: &str) -> &mut Row {
        self.rows.push(Row { name, value, unit: unit.to_owned(), target: None, also: Vec::new() });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }
}

impl Row {
    pub fn target(&mut self, target: Target) -> &mut Self {
        self.target = Some(target);
        self
    }

    pub fn also(&mut self, name: impl Into<String>, value: f64) -> &mut Self {
        self.also.push((name.into(), value));
        self
    }

    fn verdict(&self) -> &'static str {
        match (self.value, self.target) {
            (None, _) => "n/a",
            (Some(_), None) => "",
            (Some(value), Some(target)) if target.is_met_by(value) => "ok",
            (Some(_), Some(_)) => "MISSED",
        }
    }

    fn cells(&self) -> [String; 5] {
        let value = self.value.map_or_else(|| "n/a".to_owned(), |value| format!("{} {}", figures(value), self.unit));
        let target = self.target.map_or_else(String::new, Target::words);
        let also: Vec<String> = self.also.iter().map(|(name, value)| format!("{name} {}", figures(*value))).collect();
        [self.name.clone(), value.trim_end().to_owned(), target, self.verdict().to_owned(), also.join(", ")]
    }

    fn to_json(&self, part: &str) -> Value {
        let also: serde_json::Map<String, Value> =
            self.also.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let (verdict, target) = (self.verdict(), self.target);
        json!({ "part": part, "name": self.name, "value": self.value, "unit": self.unit, "target": target, "verdict": verdict, "also": also })
    }
}

impl Target {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::Below(limit) => value < limit,
            Self::Exactly(wanted) => value == wanted,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtLeast(least) => format!(">= {}", figures(least)),
            Self::Below(limit) => format!("< {}", figures(limit)),
            Self::Exactly(wanted) => figures(wanted),
        }
    }
}

/// The findings of every part on one machine.
pub struct Report<'a> {
    pub machine: &'a Machine,
    pub parts: &'a [(String, Findings)],
}

impl Report<'_> {
    pub fn to_json(&self) -> Value {
        let rows: Vec<Value> =
            self.parts.iter().flat_map(|(part, found)| found.rows.iter().map(|row| row.to_json(part))).collect();
        let remarks = self.parts.iter().map(|(part, found)| (part.clone(), json!(found.remarks)));
        json!({ "machine": self.machine, "rows": rows, "remarks": remarks.collect::<serde_json::Map<_, _>>() })
    }

    pub fn to_table(&self) -> String {
        let heads = ["", "value", "target", "", "also"].map(str::to_owned);
        let cells: Vec<(usize, [String; 5])> = self
            .parts
            .iter()
            .enumerate()
            .flat_map(|(part, (_, found))| found.rows.iter().map(move |row| (part, row.cells())))
            .collect();
        let all = || cells.iter().map(|(_, row)| row).chain([&heads]);
        let widths: [usize; 5] =
            std::array::from_fn(|column| all().map(|row| row[column].chars().count()).max().unwrap_or(0));
        let mut table = format!("{}\n", self.machine.words());
        for (at, (part, found)) in self.parts.iter().enumerate() {
            let _ = writeln!(table, "\n{}", line([part, &heads[1], &heads[2], &heads[3], &heads[4]], widths));
            for (_, row) in cells.iter().filter(|(of, _)| *of == at) {
                let _ = writeln!(table, "{}", line(row.each_ref(), widths));
            }
            found.remarks.iter().for_each(|remark| {
                let _ = writeln!(table, "  . {remark}");
            });
        }
        table
    }
}

fn line<S: AsRef<str> + ?Sized>(cells: [&S; 5], widths: [usize; 5]) -> String {
    let [name, value, target, verdict, also] = cells.map(AsRef::as_ref);
    let [w0, w1, w2, w3, _] = widths;
    format!("{name:<w0$}  {value:>w1$}  {target:>w2$}  {verdict:<w3$}  {also}").trim_end().to_owned()
}

/// As many digits as a reader can use.
fn figures(value: f64) -> String {
    match value.abs() {
        whole if whole.fract() == 0.0 && whole < 1e9 => format!("{value}"),
        large if large >= 100.0 => format!("{value:.0}"),
        medium if medium >= 10.0 => format!("{value:.1}"),
        small if small >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// The middle of several rounds: on a shared machine the mean belongs to the neighbours.
pub fn median(values: &[f64]) -> f64 {
    server::evaluation::percentile(values, 0.5)
}

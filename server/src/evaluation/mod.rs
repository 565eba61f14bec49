//! Evaluation: the real path from text to ranking and answer, over questions that somebody has judged.
//!
//! `ranking` measures a set in BEIR form in a throw-away house, `answers`, `leaks` and `conversations` a house with the
//! seed in it. `kept` is what stays of a run, `compare` sets two runs side by side, `document` writes them up. Knows what
//! to measure; how is `retrieval::evaluate`'s. Knows neither SQL nor HTTP nor what people type.

pub mod answers;
mod beir;
pub mod compare;
pub mod conversations;
pub mod document;
mod facts;
mod figures;
mod followup;
pub mod gold;
mod house;
pub mod kept;
mod language;
pub mod leaks;
pub mod learning;
mod lines;
mod overlap;
pub mod ranking;
mod records;
mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use ingest::ports::Parse;

pub use beir::Set;
pub use figures::percentile;
pub use house::index;
pub use language::{MIXED, language};
pub use lines::SetError;
pub use records::pieces;

/// The parser of a house whose documents are a corpus.
pub fn records() -> Arc<dyn Parse> {
    Arc::new(records::Records)
}

/// The most memory this process ever had, in MiB, where the system says.
pub fn peak_rss_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let fields: BTreeMap<&str, &str> = status.lines().filter_map(|line| line.split_once(':')).collect();
    let kib: f64 = fields.get("VmHWM")?.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

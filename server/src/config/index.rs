//! The index: how vectors are kept, and when one that was built anew is good enough to answer.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

#[derive(Clone, PartialEq, Debug)]
pub struct IndexConfig {
    /// Whether vectors are searched as bytes; `None` for what suits the engine.
    pub is_quantised: Option<bool>,
    /// Former indexes that are kept to go back to.
    pub keep: usize,
    /// A file of questions whose documents are known.
    pub gold: Option<PathBuf>,
    /// As shares: so many fewer of the known documents may be found,
    pub most_recall_lost: f64,
    /// so much of what is found for people's questions has to be the same,
    pub least_agreement: f64,
    /// and so many more of them may be unsure.
    pub most_more_unsure: f64,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct IndexTable {
    quantised: Option<bool>,
    keep: Option<usize>,
    gold: Option<PathBuf>,
    most_recall_lost: Option<f64>,
    least_agreement: Option<f64>,
    most_more_unsure: Option<f64>,
}

pub(super) fn index(table: IndexTable) -> Result<IndexConfig, ConfigError> {
    Ok(IndexConfig {
        is_quantised: table.quantised,
        keep: table.keep.unwrap_or(1),
        gold: table.gold,
        most_recall_lost: share("index.most_recall_lost", table.most_recall_lost, 0.02)?,
        least_agreement: share("index.least_agreement", table.least_agreement, 0.4)?,
        most_more_unsure: share("index.most_more_unsure", table.most_more_unsure, 0.1)?,
    })
}

fn share(name: &'static str, given: Option<f64>, default: f64) -> Result<f64, ConfigError> {
    let share = given.unwrap_or(default);
    match (0.0..=1.0).contains(&share) {
        true => Ok(share),
        false => Err(ConfigError::Value { name, value: share.to_string(), expected: "a share, from 0 to 1" }),
    }
}

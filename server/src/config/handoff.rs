//! The people behind the assistant, as the file has them: `[handoff]`.

use serde::Deserialize;

use super::ConfigError;

const TEAM: &str = "the support team";
/// The second answer in a row that is none.
const FAILURES: usize = 2;

/// Who takes conversations over, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandoffConfig {
    /// As it stands in a sentence.
    pub team: String,
    pub hours: Option<String>,
    /// Words and phrases that a person has to see in any case.
    pub matters: Vec<String>,
    /// So many answers in a row that are none; 0 for never.
    pub failures: usize,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct HandoffTable {
    off: bool,
    team: Option<String>,
    hours: Option<String>,
    matters: Vec<String>,
    failures: Option<usize>,
}

pub fn handoff(table: HandoffTable) -> Result<Option<HandoffConfig>, ConfigError> {
    let HandoffTable { off, team, hours, matters, failures } = table;
    if let Some(blank) = matters.iter().find(|matter| !matter.chars().any(char::is_alphanumeric)) {
        let expected = "words to look for in questions";
        return Err(ConfigError::Value { name: "handoff.matters", value: blank.clone(), expected });
    }
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let team = filled(team).unwrap_or_else(|| TEAM.to_owned());
    let config = HandoffConfig { team, hours: filled(hours), matters, failures: failures.unwrap_or(FAILURES) };
    Ok((!off).then_some(config))
}

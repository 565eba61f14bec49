//! Retention: how long documents stay that no source brings. A source says for itself how long its pages stay.

use serde::Deserialize;

use super::ConfigError;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetentionConfig {
    /// Days after a document was last handed in; `None` for as long as nobody takes it out.
    pub kept_days: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionTable {
    kept_days: Option<u32>,
}

pub(super) fn retention(table: RetentionTable) -> Result<RetentionConfig, ConfigError> {
    match table.kept_days {
        Some(0) => {
            let expected = "a number from 1, or nothing at all";
            Err(ConfigError::Value { name: "retention.kept_days", value: "0".into(), expected })
        }
        kept_days => Ok(RetentionConfig { kept_days }),
    }
}

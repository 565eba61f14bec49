//! Answers: how the house words them, whether or not a language model does.
//!
//! Does not know what a template looks like: the folder is read at the start, and refused there.

use std::path::PathBuf;

use serde::Deserialize;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AnswersConfig {
    /// A folder with files that take the place of the house's own templates.
    pub templates: Option<PathBuf>,
    /// Whether what points to a person is masked.
    pub mask_personal: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct AnswersTable {
    templates: Option<PathBuf>,
    mask_personal: bool,
}

impl From<AnswersTable> for AnswersConfig {
    fn from(AnswersTable { templates, mask_personal }: AnswersTable) -> Self {
        Self { templates, mask_personal }
    }
}

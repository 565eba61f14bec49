//! What was said before, as it is sent along with a question.

use retrieval::followup::{Line, Role, Turn, turns};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const MOST_LINES: usize = 20;
const LONGEST_LINE: usize = 4_000;
const MOST_SOURCES: usize = 10;

/// One line of a conversation; `role` is `user` or `assistant`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub role: String,
    pub text: String,
    /// Titles of what an answer was taken from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// Why a history cannot be taken, for whoever sent it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("the history has {0} entries: send the last {MOST_LINES}")]
    TooMany(usize),
    #[error("a text or title of the history has more than {LONGEST_LINE} characters: shorten it")]
    TooLong,
    #[error("an entry of the history has more than {MOST_SOURCES} sources: send the first")]
    TooManySources,
    #[error("a role of the history is neither \"user\" nor \"assistant\"")]
    UnknownRole,
}

/// The turns of a conversation that was sent.
pub fn conversation(history: Vec<Said>) -> Result<Vec<Turn>, HistoryError> {
    if history.len() > MOST_LINES {
        return Err(HistoryError::TooMany(history.len()));
    }
    Ok(turns(history.into_iter().map(line).collect::<Result<Vec<_>, _>>()?))
}

fn line(said: Said) -> Result<Line, HistoryError> {
    let role = match said.role.as_str() {
        "user" => Role::Asker,
        "assistant" => Role::Assistant,
        _ => return Err(HistoryError::UnknownRole),
    };
    if said.sources.len() > MOST_SOURCES {
        return Err(HistoryError::TooManySources);
    }
    let too_long = |text: &String| text.chars().count() > LONGEST_LINE;
    if too_long(&said.text) || said.sources.iter().any(too_long) {
        return Err(HistoryError::TooLong);
    }
    Ok(Line { role, text: said.text, sources: said.sources })
}

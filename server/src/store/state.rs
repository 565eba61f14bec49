//! What a list of documents is narrowed to by what became of them: of the files they come from, and of what was lost on the way in.
//!
//! What became of a file is told by its newest item, as far as the clearance may know of that: an item under a label that it
//! does not admit is not there, so that nobody sees that others are at work on the same file.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use retrieval::access::Clearance;

use super::phrase::{Phrase, anywhere};
use super::{Narrowing, Store, StoreError, rows};

/// What became of the files that a document comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DocumentState {
    /// What is seen is what was handed in last.
    Ready,
    /// Something newer was handed in, and its turn has not come.
    Waiting,
    /// Something newer was handed in and could not be read: what is seen is what was there before.
    Failed,
}

/// No such state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownState;

impl FromStr for DocumentState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        match text {
            "ready" => Ok(Self::Ready),
            "waiting" => Ok(Self::Waiting),
            "failed" => Ok(Self::Failed),
            _ => Err(UnknownState),
        }
    }
}

/// Something that was lost or guessed, in the words of whoever lost it and without how often, and of how many documents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProblemLine {
    pub problem: String,
    pub documents: usize,
}

impl Store {
    /// What was lost or guessed on the way in, of the documents that this clearance admits; the most usual first.
    pub async fn documents_problems(&self, clearance: &Clearance) -> Result<Vec<ProblemLine>, StoreError> {
        let with_problems = Narrowing { with_problems: true, ..Narrowing::NONE };
        let Some(phrase) = self.narrowed("v.problems", clearance, &with_problems).await? else { return Ok(Vec::new()) };
        let found: Vec<(String,)> = phrase.fetch_all(&self.reader).await?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (problems,) in found {
            let problems: Vec<String> = serde_json::from_str(&problems)
                .map_err(|_| StoreError::Unreadable("the problems of a document".to_owned()))?;
            let mut kinds: Vec<&str> = problems.iter().map(|problem| kind(problem)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            for kind in kinds {
                *counts.entry(kind.to_owned()).or_default() += 1;
            }
        }
        let mut lines: Vec<ProblemLine> =
            counts.into_iter().map(|(problem, documents)| ProblemLine { problem, documents }).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.documents));
        Ok(lines)
    }

    /// The labels of items that the clearance admits: a tier's rank and its groups.
    pub(super) async fn item_labels_admitted(
        &self,
        clearance: &Clearance,
    ) -> Result<HashMap<i64, Vec<String>>, StoreError> {
        let select = "SELECT DISTINCT i.tier, i.group_names FROM job_items i JOIN jobs j ON j.id = i.job_id \
                      WHERE j.workspace_id = $1";
        let labels: Vec<(i64, String)> =
            sqlx::query_as(select).bind(clearance.workspace().to_string()).fetch_all(&self.reader).await?;
        let mut admitted: HashMap<i64, Vec<String>> = HashMap::new();
        for (tier, groups) in labels {
            if clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?) {
                admitted.entry(tier).or_default().push(groups);
            }
        }
        Ok(admitted)
    }
}

/// Behind the conditions of a list of documents `d`; `workspace` is where that stands among what is bound.
pub(super) fn narrow_to_state(
    phrase: &mut Phrase,
    workspace: &str,
    state: DocumentState,
    labels: HashMap<i64, Vec<String>>,
) {
    if labels.is_empty() {
        // Nothing that was handed in may be known of, so nothing waits and nothing failed.
        return phrase.push(if state == DocumentState::Ready { "" } else { " AND 1 = 0" });
    }
    let admitted = phrase.labels("i", labels);
    // Few items wait or failed, and many documents are in order: the first part, which is quick, leaves few for the second.
    let is_newest_among = |states: &str| {
        format!(
            "(d.id IN (SELECT o.document_id FROM jobs j JOIN job_items i ON i.job_id = j.id \
               JOIN origins o ON o.origin = i.origin AND o.workspace_id = j.workspace_id \
               WHERE j.workspace_id = {workspace} AND i.state IN ({states})) \
             AND EXISTS (SELECT 1 FROM origins o WHERE o.document_id = d.id AND (SELECT i.state FROM job_items i \
               JOIN jobs j ON j.id = i.job_id WHERE i.origin = o.origin AND j.workspace_id = d.workspace_id \
               AND ({admitted}) ORDER BY j.created_ms DESC, j.id DESC, i.ordinal DESC LIMIT 1) IN ({states})))"
        )
    };
    phrase.push(&match state {
        DocumentState::Ready => format!(" AND NOT {}", is_newest_among("'queued', 'failed', 'quarantined'")),
        DocumentState::Waiting => format!(" AND {}", is_newest_among("'queued'")),
        DocumentState::Failed => format!(" AND {}", is_newest_among("'failed', 'quarantined'")),
    });
}

/// To those with a problem that begins so. The column holds a list of sentences in JSON.
pub(super) fn narrow_to_problem(phrase: &mut Phrase, problem: &str) {
    let spelt = serde_json::Value::from(problem).to_string();
    let begun = spelt.strip_suffix('"').unwrap_or(&spelt);
    let like = phrase.text(anywhere(begun));
    phrase.push(&format!(" AND v.problems LIKE {like} ESCAPE '!'"));
}

/// `hidden elements left out: 3` is of the kind of `hidden elements left out: 5`.
fn kind(problem: &str) -> &str {
    match problem.rsplit_once(": ") {
        Some((kind, many)) if many.bytes().all(|byte| byte.is_ascii_digit()) => kind,
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_makes_no_other_kind() {
        let check = |problem, expected| assert_eq!(kind(problem), expected);
        check("hidden elements left out: 3", "hidden elements left out");
        check("not valid UTF-8: read as windows-1252", "not valid UTF-8: read as windows-1252");
        check("too long: the rest is left out", "too long: the rest is left out");
        check("the page shows no text", "the page shows no text");
    }
}

//! A question that follows others, made to stand alone before it is asked: by the rules, which need no model.

use retrieval::followup::{self, Line, Role, turns};

use super::beir::Said;

/// What is asked in place of `question`, which came after `history`.
pub fn stand_alone(question: &str, history: &[Said]) -> String {
    let line = |said: &Said| {
        let (text, sources) = (said.text.clone(), said.sources.clone());
        Some(Line { role: Role::named(&said.role)?, text, sources })
    };
    followup::stand_alone(question, &turns(history.iter().filter_map(line))).text
}

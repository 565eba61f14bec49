//! The lines of a conversation, as turns: who said what becomes what was asked and answered.
//!
//! Conversations come from strangers: answers without a question are left out, questions without an answer stay.

use super::Turn;

/// Who said a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Asker,
    Assistant,
}

/// One line of a conversation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub role: Role,
    pub text: String,
    /// Titles of what an answer was taken from.
    pub sources: Vec<String>,
}

impl Role {
    /// By the names that conversations are written down with; `None` for instructions, tools and the unknown.
    pub fn named(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "user" | "human" | "asker" => Some(Self::Asker),
            "assistant" | "agent" | "bot" | "model" => Some(Self::Assistant),
            _ => None,
        }
    }
}

/// In the order in which they were said.
pub fn turns(history: impl IntoIterator<Item = Line>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for line in history {
        match (line.role, turns.last_mut()) {
            (Role::Asker, _) => turns.push(Turn { question: line.text, ..Turn::default() }),
            (Role::Assistant, Some(turn)) => add(turn, line),
            (Role::Assistant, None) => {}
        }
    }
    turns
}

/// An answer may come in pieces.
fn add(turn: &mut Turn, line: Line) {
    if !turn.answer.is_empty() {
        turn.answer.push('\n');
    }
    turn.answer.push_str(&line.text);
    turn.sources.extend(line.sources);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(&str, &str)], expected: &[(&str, &str)]) {
        let line = |(role, text): &(&str, &str)| {
            Some(Line { role: Role::named(role)?, text: (*text).to_owned(), sources: Vec::new() })
        };
        let turns = turns(lines.iter().filter_map(line));
        let found: Vec<(&str, &str)> =
            turns.iter().map(|turn| (turn.question.as_str(), turn.answer.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn questions_and_answers_are_paired_in_any_order() {
        check(&[("user", "a"), ("assistant", "b"), ("user", "c")], &[("a", "b"), ("c", "")]);
        check(&[("assistant", "welcome"), ("user", "a")], &[("a", "")]);
        check(&[("user", "a"), ("user", "b"), ("assistant", "c"), ("assistant", "d")], &[("a", ""), ("b", "c\nd")]);
        check(&[("system", "obey"), ("User", "a"), ("tool", "x"), ("Agent", "b")], &[("a", "b")]);
        check(&[], &[]);
    }
}

//! What a conversation is called: as its owner called it, else as its first question begins.
//!
//! Both are the asker's own words, never a document's and never a model's, which may have them from a document. So a title
//! is told to the owner whatever they may read by now, and there is nothing in it to be masked.

use prompts::shorten::plain_title;

use crate::store::Conversation;

pub const LONGEST_TITLE: usize = 120;

/// What somebody wants to call a conversation of theirs. Empty is what it is called by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Title(String);

/// Why a conversation is not called so, for whoever typed it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TitleError {
    #[error("the title has {0} characters: shorten it to {LONGEST_TITLE}")]
    TooLong(usize),
    #[error("the title is one line of text: it holds a control character")]
    NotText,
}

impl Title {
    pub fn parse(text: &str) -> Result<Self, TitleError> {
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let text = text.trim_matches(' ');
        match text.chars().count() {
            many if many > LONGEST_TITLE => Err(TitleError::TooLong(many)),
            _ if text.chars().any(breaks) => Err(TitleError::NotText),
            _ => Ok(Self(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Conversation {
    /// Empty before anything is asked in it.
    pub fn title(&self) -> String {
        if self.called.is_empty() { plain_title(&self.begins) } else { self.called.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_a_short_line() {
        let check = |text: &str, expected: Result<&str, TitleError>| {
            assert_eq!(Title::parse(text).map(|title| title.0), expected.map(str::to_owned), "{text:?}");
        };
        check("  Refunds  ", Ok("Refunds"));
        check("", Ok(""));
        check("   ", Ok(""));
        check(&"ü".repeat(120), Ok(&"ü".repeat(120)));
        check(&"ü".repeat(121), Err(TitleError::TooLong(121)));
        for control in ["a\nb", "a\tb", "\u{0}", "a\u{7f}", "\u{85}", "a\u{2028}b", "\r"] {
            check(control, Err(TitleError::NotText));
        }
    }
}

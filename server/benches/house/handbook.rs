//! Documents that read like the example handbook: its words, in the order in which they follow each other there.
//!
//! A model and a tokenizer see real words in real proportions, and there are as many documents as one likes. Knows the
//! folder of the handbook and nothing of what is measured with the texts.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use ingest::source;

use super::dice::Dice;
use super::tokens::Tokens;

/// What follows what.
pub struct Handbook {
    openings: Vec<String>,
    followers: HashMap<String, Vec<String>>,
}

/// A file as a person would hand it in.
pub struct Paper {
    pub name: String,
    pub text: String,
}

/// A sentence that has not ended by then ends here.
const LONGEST_SENTENCE: usize = 40;

impl Handbook {
    /// Learn from every Markdown and text file below this folder.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut handbook = Self { openings: Vec::new(), followers: HashMap::new() };
        let files = source::list(folder).found.into_iter();
        for file in files.filter(|file| file.path.extension().is_some_and(|kind| kind == "md" || kind == "txt")) {
            let text = std::fs::read_to_string(&file.path)
                .with_context(|| format!("{} cannot be read", file.path.display()))?;
            // Tables, lists and headings have no sentences.
            text.lines().filter(|line| line.starts_with(char::is_alphabetic)).for_each(|line| handbook.learn(line));
        }
        ensure!(!handbook.openings.is_empty(), "there is nothing to read below {}", folder.display());
        Ok(handbook)
    }

    /// A Markdown file of about this many tokens, at least one sentence; each number gives another one.
    pub fn paper(&self, number: usize, about_tokens: usize, tokens: &Tokens) -> anyhow::Result<Paper> {
        let mut dice = Dice::of(&[about_tokens as u64, number as u64]);
        let title: Vec<String> = self.sentence(&mut dice).split(' ').take(6).map(str::to_owned).collect();
        let mut text = format!("# {}\n\n{}", title.join(" "), self.sentence(&mut dice));
        while tokens.count(&text)? < about_tokens {
            text.push_str(if dice.below(4) == 0 { "\n\n" } else { " " });
            text.push_str(&self.sentence(&mut dice));
        }
        text.push('\n');
        Ok(Paper { name: format!("papers/{number:05}.md"), text })
    }

    fn learn(&mut self, line: &str) {
        let mut before: Option<&str> = None;
        for word in line.split_whitespace() {
            match before {
                None => self.openings.push(word.to_owned()),
                Some(before) => self.followers.entry(before.to_owned()).or_default().push(word.to_owned()),
            }
            before = (!ends(word)).then_some(word);
        }
    }

    fn sentence(&self, dice: &mut Dice) -> String {
        let mut words = vec![dice.one_of(&self.openings).as_str()];
        while words.len() < LONGEST_SENTENCE {
            let last = words[words.len() - 1];
            match self.followers.get(last).filter(|_| !ends(last)) {
                Some(followers) => words.push(dice.one_of(followers).as_str()),
                None => break,
            }
        }
        words.join(" ")
    }
}

fn ends(word: &str) -> bool {
    word.ends_with(['.', '?', '!'])
}

//! A letter: what mails of every format have in common, and the page that is made of it.
//!
//! The subject is the title; sender, recipients and date stand in a short head, and so do the names of what was
//! attached, since people look for `the mail with the price list`. Knows nothing of how mails are stored.

use super::super::{Parsed, html, text};
use super::quotes;

const MOST_RECIPIENTS: usize = 10;

#[derive(Debug, Default)]
pub(in super::super) struct Letter {
    pub(in super::super) subject: String,
    /// `Ann Lee <ann@example.org>`
    pub(in super::super) from: Option<String>,
    pub(in super::super) to: Vec<String>,
    /// ISO 8601.
    pub(in super::super) date: Option<String>,
    pub(in super::super) attached: Vec<String>,
    /// Each in the order of the mail.
    pub(in super::super) bodies: Vec<Body>,
    pub(in super::super) problems: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Body {
    Plain(String),
    /// Of texts with marks, once they were read.
    Markdown(String),
}

impl Body {
    pub(in super::super) fn of_html(page: &str, problems: &mut Vec<String>) -> Self {
        match html::document(page) {
            Ok(parsed) => {
                problems.extend(parsed.problems);
                Self::Markdown(parsed.markdown)
            }
            Err(error) => {
                problems.push(format!("the text of the mail could not be read: {error}"));
                Self::Markdown(String::new())
            }
        }
    }

    pub(in super::super) fn has_words(&self) -> bool {
        let (Self::Plain(words) | Self::Markdown(words)) = self;
        words.contains(char::is_alphanumeric)
    }
}

impl Letter {
    pub(in super::super) fn page(mut self) -> Parsed {
        let mut markdown = self.head();
        for body in std::mem::take(&mut self.bodies) {
            markdown.push('\n');
            let (words, left_out) = quotes::trim(&self.written(body), quotes::is_forward(&self.subject));
            markdown.push_str(words.trim_matches('\n'));
            markdown.push('\n');
            self.problems
                .extend((left_out > 0).then(|| format!("lines quoted from older mails, left out: {left_out}")));
        }
        Parsed {
            title: Some(self.subject).filter(|subject| !subject.trim().is_empty()),
            author: self.from,
            dated: self.date,
            markdown,
            problems: self.problems,
            ..Parsed::default()
        }
    }

    fn written(&mut self, body: Body) -> String {
        match body {
            Body::Markdown(markdown) => markdown,
            Body::Plain(words) => text::parse(&without_armour(&words, &mut self.problems)).markdown,
        }
    }

    /// Lines with breaks, which a list would make look like a part of the text.
    fn head(&self) -> String {
        let others = self.to.len().saturating_sub(MOST_RECIPIENTS);
        let mut to = self.to.iter().take(MOST_RECIPIENTS).cloned().collect::<Vec<_>>().join(", ");
        if others > 0 {
            to.push_str(&format!(" and {others} more"));
        }
        let date = self.date.as_deref().map(|date| date.get(..16).unwrap_or(date).replace('T', " "));
        let lines = [
            ("From", self.from.clone().unwrap_or_default()),
            ("To", to),
            ("Date", date.unwrap_or_default()),
            ("Attached", self.attached.join(", ")),
        ];
        let one_line = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ").replace('<', "\\<");
        let lines = lines.iter().filter(|(_, value)| !value.trim().is_empty());
        lines.map(|(name, value)| format!("{name}: {}  \n", one_line(value))).collect()
    }
}

/// A plain text without what programs put around signed and encrypted words.
fn without_armour(words: &str, problems: &mut Vec<String>) -> String {
    if !words.contains("-----BEGIN PGP ") {
        return words.to_owned();
    }
    let mut kept = String::with_capacity(words.len());
    let (mut is_block, mut is_head, mut encrypted) = (false, false, false);
    for line in words.lines() {
        let bare = line.trim();
        if bare == "-----BEGIN PGP SIGNED MESSAGE-----" {
            is_head = true;
        } else if bare.starts_with("-----BEGIN PGP ") {
            is_block = true;
            encrypted |= bare.contains("MESSAGE");
        }
        if !is_block && !is_head {
            kept.push_str(line);
            kept.push('\n');
        }
        is_head &= !bare.is_empty();
        is_block &= !bare.starts_with("-----END PGP ");
    }
    problems.extend(encrypted.then(|| "encrypted text, left out".to_owned()));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, expected: &str, problems: &[&str]) {
        let mut told = Vec::new();
        assert_eq!(without_armour(words, &mut told), expected);
        assert_eq!(told, problems);
    }

    #[test]
    fn armour_is_taken_off() {
        check(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n-----BEGIN PGP SIGNATURE-----\n\nabc\n\
             -----END PGP SIGNATURE-----\nBye",
            "Hello\nBye\n",
            &[],
        );
        check("a\n-----BEGIN PGP MESSAGE-----\nabc", "a\n", &["encrypted text, left out"]);
    }

    #[test]
    fn a_head_is_short() {
        let to = (0..12).map(|n| format!("p{n}@e.org")).collect();
        let letter = Letter { to, date: Some("2026-11-21T10:30:00+01:00".to_owned()), ..Letter::default() };
        assert!(letter.head().ends_with("p9@e.org and 2 more  \nDate: 2026-11-21 10:30  \n"), "{}", letter.head());
    }
}

//! The names of people: by which they sign in, and as others see them. Knows nothing of who has which.

use super::PeopleError;

const LONGEST_LOGIN: usize = 254;
const LONGEST_NAME: usize = 200;

/// A name to sign in by: one line without white space, in lower case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Login(String);

impl Login {
    pub fn parse(text: &str) -> Result<Self, PeopleError> {
        let login = text.trim().to_lowercase();
        let fits = |c: char| !c.is_control() && !c.is_whitespace() && !is_unseen(c);
        match login.len() {
            0 => Err(PeopleError::Malformed("the name to sign in by is empty")),
            1..=LONGEST_LOGIN if login.chars().all(fits) => Ok(Self(login)),
            _ => Err(PeopleError::Malformed(
                "the name to sign in by holds white space or characters that cannot be seen, or is longer than 254 bytes",
            )),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Login> for String {
    fn from(login: Login) -> Self {
        login.0
    }
}

/// A name as others see it, of a person or a key.
pub(super) fn display_name(text: &str) -> Result<String, PeopleError> {
    let name = text.trim();
    let fits = |c: char| !c.is_control() && !is_unseen(c);
    match name.chars().count() {
        1..=LONGEST_NAME if name.chars().all(fits) => Ok(name.to_owned()),
        _ => Err(PeopleError::Malformed(
            "the name is empty, longer than 200 characters, or holds some that cannot be seen",
        )),
    }
}

/// What turns, hides or breaks the letters around it, or is a letter that looks like none.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_one_word_that_can_be_seen() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Login::parse(text).ok().map(|login| login.0).as_deref(), expected, "{text:?}");
        };
        check(" Ada@Example.org\n", Some("ada@example.org"));
        check("jürgen", Some("jürgen"));
        check("", None);
        check("ada lovelace", None);
        check("ada\u{0}", None);
        check("ada\u{202e}nimda", None);
        check("a\u{200b}da", None);
        check("a\u{3164}da", None);
        check(&"x".repeat(255), None);
    }

    #[test]
    fn a_name_can_be_seen() {
        assert_eq!(display_name(" Ada Lovelace ").unwrap(), "Ada Lovelace");
        for bad in ["", " ", "a\nb", "a\u{1b}[2J", "a\u{202e}b", "a\u{2028}b", &"x".repeat(201)] {
            assert!(display_name(bad).is_err(), "{bad:?}");
        }
    }
}

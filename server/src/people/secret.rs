//! Secrets that are handed out: random, marked with what they are for, and kept as a hash alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::config::Secret;

/// As many as nobody guesses.
const BYTES: usize = 32;
const LETTERS: usize = 43;
/// How much of one may be shown, so that a person knows it again.
const SHOWN: usize = 8;

/// What a secret is for. One that is for something else is no secret at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    SignIn,
    Key,
    Link,
    /// Signing in elsewhere, while somebody is on their way there and back.
    Errand,
    Operator,
    /// A conversation of a visitor, who has nothing else to be known by.
    Conversation,
}

impl Purpose {
    fn prefix(self) -> &'static str {
        match self {
            Self::SignIn => "lsi_",
            Self::Key => "lak_",
            Self::Link => "lnk_",
            Self::Errand => "ler_",
            Self::Operator => "lop_",
            Self::Conversation => "lco_",
        }
    }
}

/// A new secret: told once, to whom it is for.
pub struct Minted {
    pub text: Secret,
    pub hash: String,
}

impl Minted {
    /// Its first letters, for lists.
    pub fn shown(&self) -> String {
        self.text.reveal().chars().take("lak_".len() + SHOWN).collect()
    }
}

/// The source of chance failed; nothing is handed out then.
#[derive(Debug, thiserror::Error)]
#[error("this machine gives no random numbers")]
pub struct NoChance;

pub fn mint(purpose: Purpose) -> Result<Minted, NoChance> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| NoChance)?;
    let text = format!("{}{}", purpose.prefix(), BASE64.encode(bytes));
    Ok(Minted { hash: hash(&text), text: text.into() })
}

/// What is looked up for a secret that somebody holds; `None` if it cannot be one for this purpose.
pub fn lookup(purpose: Purpose, held: &str) -> Option<String> {
    let letters = held.strip_prefix(purpose.prefix())?;
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (letters.len() == LETTERS && letters.chars().all(is_letter)).then(|| hash(held))
}

/// Takes as long for a wrong one as for the right one.
pub fn is_same(held: &str, expected: &str) -> bool {
    blake3::hash(held.as_bytes()) == blake3::hash(expected.as_bytes())
}

/// Without salt or stretching: there are 256 bits to guess.
fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_for_one_purpose() {
        let minted = mint(Purpose::Key).unwrap();
        let text = minted.text.reveal();
        assert_eq!(lookup(Purpose::Key, text), Some(minted.hash.clone()));
        for other in [Purpose::SignIn, Purpose::Link, Purpose::Errand, Purpose::Operator, Purpose::Conversation] {
            assert_eq!(lookup(other, text), None);
        }
        assert!(text.starts_with(&minted.shown()) && minted.shown().len() == 12);
        assert!(!format!("{:?}", minted.text).contains(&text[4..]));
    }

    #[test]
    fn what_cannot_be_a_secret_is_not_looked_up() {
        let text = mint(Purpose::Link).unwrap().text.reveal().to_owned();
        for held in
            ["", "lnk_", "null", "0", &text[..text.len() - 1], &format!("{text}A"), &text[4..], &text.to_uppercase()]
        {
            assert_eq!(lookup(Purpose::Link, held), None, "{held}");
        }
        assert_eq!(lookup(Purpose::Link, &format!("lnk_{}", "%".repeat(LETTERS))), None);
    }

    #[test]
    fn no_two_have_anything_in_common() {
        let texts: std::collections::BTreeSet<String> =
            (0..1_000).map(|_| mint(Purpose::SignIn).unwrap().text.reveal()[4..16].to_owned()).collect();
        assert_eq!(texts.len(), 1_000);
    }
}

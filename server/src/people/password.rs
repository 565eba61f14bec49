//! Passwords: which will do, and the slow proof of one. A few at a time, beside the threads that answer.

use std::sync::{Arc, OnceLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::config::Secret;

const SHORTEST: usize = 10;
/// Longer ones are no safer and cost somebody else's time.
const LONGEST_BYTES: usize = 1_000;
/// Each takes 19 MiB and some thirty milliseconds.
const AT_ONCE: usize = 2;
/// What people type when they are asked for ten characters.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "qwertyuiop",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "changeme",
    "lectern",
    "abcdefghij",
    "asdfghjkl",
    "football",
    "baseball",
    "superman",
    "princess",
    "sunshine",
    "trustno1",
];
const DIGITS: [&str; 2] = ["12345678901234567890", "98765432109876543210"];

/// Why a password will not do, for the person who chose it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    #[error("the password is too short: use at least {SHORTEST} characters")]
    Short,
    #[error("the password is too long: use at most {LONGEST_BYTES} bytes")]
    Long,
    #[error("the password is among the first that anybody tries: use another")]
    Common,
}

/// A password that will do.
pub struct Chosen(Secret);

impl Chosen {
    pub fn parse(password: &str, login: &str) -> Result<Self, Unfit> {
        let plain: String = password.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
        let lower = password.to_lowercase();
        let is_one_letter = password.chars().all(|c| password.starts_with(c));
        let local = login.split('@').next().unwrap_or(login);
        match password {
            _ if password.chars().count() < SHORTEST => Err(Unfit::Short),
            _ if password.len() > LONGEST_BYTES => Err(Unfit::Long),
            _ if is_one_letter || lower == login || DIGITS.iter().any(|row| row.contains(password)) => {
                Err(Unfit::Common)
            }
            _ if COMMON.iter().any(|common| plain == *common || lower.trim_end_matches(is_filling) == *common) => {
                Err(Unfit::Common)
            }
            _ if !local.is_empty() && lower.trim_end_matches(is_filling) == local => Err(Unfit::Common),
            _ => Ok(Self(password.to_owned().into())),
        }
    }
}

fn is_filling(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_punctuation()
}

/// Why there is no verdict on a password.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be worked on: {0}")]
pub struct PasswordError(String);

#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Of nobody: what is compared when there is no such person, so that it takes as long.
    nobodys: Arc<OnceLock<String>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), nobodys: Arc::default() }
    }
}

impl Passwords {
    /// What is kept of it.
    pub async fn hash(&self, chosen: Chosen) -> Result<String, PasswordError> {
        self.aside(move || hashed(chosen.0.reveal().as_bytes())).await?
    }

    /// Whether it is theirs. Without anything to compare it with it takes as long, and is not.
    pub async fn is_theirs(&self, password: &str, kept: Option<String>) -> Result<bool, PasswordError> {
        if password.len() > LONGEST_BYTES {
            return Ok(false);
        }
        let (password, nobodys) = (Secret::from(password.to_owned()), Arc::clone(&self.nobodys));
        let compare = move || {
            let (kept, theirs) = match kept {
                Some(kept) => (kept, true),
                None => (nobodys.get_or_init(|| hashed(b"nobody's").unwrap_or_default()).clone(), false),
            };
            let kept = PasswordHash::new(&kept).map_err(|error| PasswordError(error.to_string()))?;
            Ok(Argon2::default().verify_password(password.reveal().as_bytes(), &kept).is_ok() && theirs)
        };
        self.aside(compare).await?
    }

    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _turn = self.turns.acquire().await.map_err(|error| PasswordError(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| PasswordError(error.to_string()))
    }
}

fn hashed(password: &[u8]) -> Result<String, PasswordError> {
    let hashed = Argon2::default().hash_password(password).map_err(|error| PasswordError(error.to_string()))?;
    Ok(hashed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_passwords_will_do() {
        let check = |password: &str, expected: Option<Unfit>| {
            assert_eq!(Chosen::parse(password, "ada@example.org").err(), expected, "{password}");
        };
        check("a quiet harbour", None);
        check("passphrase of some words", None);
        check("Tr0ub4dor&3", None);
        check("", Some(Unfit::Short));
        check("nine char", Some(Unfit::Short));
        check("éééééééééé", Some(Unfit::Common));
        check("Password123!", Some(Unfit::Common));
        check("123password456", Some(Unfit::Common));
        check("1234567890", Some(Unfit::Common));
        check("ada@example.org", Some(Unfit::Common));
        check("ada1234567", Some(Unfit::Common));
        check(&"ab".repeat(501), Some(Unfit::Long));
    }

    #[tokio::test]
    async fn a_password_is_proven_and_nobodys_is_not() {
        let passwords = Passwords::default();
        let kept = passwords.hash(Chosen::parse("a quiet harbour", "ada").unwrap()).await.unwrap();
        assert!(kept.starts_with("$argon2id$") && !kept.contains("harbour"));
        for (password, expected) in [("a quiet harbour", true), ("a quiet harbor", false), ("", false)] {
            assert_eq!(passwords.is_theirs(password, Some(kept.clone())).await.unwrap(), expected);
            assert!(!passwords.is_theirs(password, None).await.unwrap());
        }
        assert!(!passwords.is_theirs("nobody's", None).await.unwrap());
        assert!(passwords.is_theirs("x", Some("not a hash".into())).await.is_err());
    }
}

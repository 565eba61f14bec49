//! Parsing: from the bytes of a file to a title, a language and Markdown.
//!
//! Each format is a sibling file with the same verb, `parse`. Dirty input is not an error: a parser returns what it
//! could read, and the problems; an error means that nothing of the file can be used. Knows nothing of where the bytes
//! came from, of cleaning (next door) or of who may read them.
//!
//! To add a format: a variant of [`Kind`], its signs in `sniff.rs`, a file here, a line in [`parse`], samples in
//! `tests/it/parse.rs`.

mod decode;
mod html;
mod markdown;
mod plain;
mod sniff;
mod text;

pub(crate) use self::plain::options as dialect;
pub use self::plain::plain_text;
use crate::clean::clean_line;

/// The formats that this version reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Markdown,
    Text,
    Html,
}

impl Kind {
    /// What the bytes are: their content decides, the name only where content cannot, as between text and Markdown.
    pub fn sniff(bytes: &[u8], file_name: Option<&str>) -> Result<Self, ParseError> {
        sniff::sniff(bytes, file_name)
    }

    /// The kind that a person named, as in `--type html`.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "markdown" | "md" => Some(Self::Markdown),
            "text" | "txt" => Some(Self::Text),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}

/// What could be read of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub title: Option<String>,
    /// As the file states it, for example `en` or `de-CH`.
    pub language: Option<String>,
    /// The main content; not cleaned yet.
    pub markdown: String,
    /// For formats that have pages.
    pub pages: Vec<Page>,
    /// What was lost or guessed, each a sentence for the person who owns the file.
    pub problems: Vec<String>,
}

/// One page of a paged format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// As printed by viewers, from 1.
    pub number: u32,
    pub text: String,
}

/// Why nothing of a file can be used; the sentence is for the person who put it in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("the file is empty")]
    Empty,
    #[error("this looks like {0}; this version reads Markdown, text and HTML")]
    Unsupported(&'static str),
    #[error("the page nests its elements more than {limit} deep")]
    TooDeep { limit: usize },
    #[error("the page has more than {limit} elements and texts")]
    TooManyNodes { limit: usize },
}

/// Parse a file of a known kind; `url` makes its links absolute.
pub fn parse(kind: Kind, bytes: &[u8], url: Option<&str>) -> Result<Parsed, ParseError> {
    let decoded = match kind {
        Kind::Html => decode::decode_html(bytes)?,
        Kind::Markdown | Kind::Text => decode::decode(bytes)?,
    };
    let mut parsed = match kind {
        Kind::Markdown => markdown::parse(&decoded.text),
        Kind::Text => text::parse(&decoded.text),
        Kind::Html => html::parse(&decoded.text, url)?,
    };
    parsed.title = parsed.title.map(|title| clean_line(&title)).filter(|title| !title.is_empty());
    parsed.language = parsed.language.filter(|language| is_language_tag(language));
    parsed.problems.splice(0..0, decoded.problem);
    Ok(parsed)
}

/// `en`, `pt-BR`, `zh-Hans-CN`; files also say `English (US)` or `{{ site.lang }}`, which nobody can use.
fn is_language_tag(language: &str) -> bool {
    let mut parts = language.split('-');
    let first = parts.next().unwrap_or_default();
    let alphanumeric = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic()) && parts.all(alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_a_tag() {
        let check = |language, expected| assert_eq!(is_language_tag(language), expected, "{language}");
        check("en", true);
        check("zh-Hans-CN", true);
        check("English", false);
        check("en_US", false);
        check("en-", false);
        check("", false);
    }

    #[test]
    fn white_space_alone_is_empty() {
        for kind in [Kind::Markdown, Kind::Text, Kind::Html] {
            assert_eq!(parse(kind, b" \n\t", None), Err(ParseError::Empty));
        }
    }

    #[test]
    fn a_guess_is_told() {
        let parsed = parse(Kind::Text, b"Gr\xfc\xdfe", None).unwrap();
        assert_eq!(parsed.markdown, "Grüße\n");
        assert_eq!(parsed.problems, ["not valid UTF-8: read as windows-1252"]);
    }
}

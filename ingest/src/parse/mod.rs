//! Parsing: from the bytes of a file to a title, a language and Markdown.
//!
//! Each format is a sibling file with the same verb, `parse`; formats that carry other files inside them, mails and
//! archives, have a second one, `unpack`. Dirty input is not an error: a parser returns what it could read, and the
//! problems; an error means that nothing of the file can be used. Knows nothing of where the bytes came from, of
//! cleaning (next door) or of who may read them.
//!
//! To add a format: a variant of [`Kind`], its signs in `sniff/`, a file here, a line in [`parse`], samples in
//! `tests/it/parse.rs`.

mod archive;
mod bounds;
mod csv;
mod decode;
mod draft;
mod ebook;
mod grid;
mod html;
mod json;
mod mail;
mod markdown;
mod office;
mod opendocument;
mod outlook;
mod pdf;
mod plain;
mod records;
mod rtf;
mod sniff;
mod text;
mod xml;
mod zipped;

use std::path::PathBuf;

pub use self::html::survey;
pub(crate) use self::plain::options as dialect;
pub use self::plain::plain_text;
use crate::clean::clean_line;

/// The formats that this version reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Markdown,
    Text,
    Html,
    Pdf,
    /// Word, PowerPoint and Excel, as XML in an archive or as the older compound files.
    Office,
    /// Text documents, presentations and sheets of the OpenDocument family.
    OpenDocument,
    Ebook,
    Rtf,
    /// Rows of cells between commas, semicolons or tabs.
    Csv,
    /// One value, or one a line.
    Json,
    Mail,
    Outlook,
    Archive,
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
            "pdf" => Some(Self::Pdf),
            "office" | "docx" | "pptx" | "xlsx" | "doc" | "ppt" | "xls" => Some(Self::Office),
            "opendocument" | "odt" | "odp" | "ods" => Some(Self::OpenDocument),
            "epub" => Some(Self::Ebook),
            "rtf" => Some(Self::Rtf),
            "csv" | "tsv" => Some(Self::Csv),
            "json" | "jsonl" | "ndjson" => Some(Self::Json),
            "mail" | "eml" => Some(Self::Mail),
            "msg" => Some(Self::Outlook),
            "zip" => Some(Self::Archive),
            _ => None,
        }
    }

    /// Its name, which [`Kind::named`] takes back.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Text => "text",
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Office => "office",
            Self::OpenDocument => "opendocument",
            Self::Ebook => "epub",
            Self::Rtf => "rtf",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Mail => "mail",
            Self::Outlook => "msg",
            Self::Archive => "zip",
        }
    }

    /// Whether other files may be inside: then [`unpack`] hands them out.
    pub fn has_parts(self) -> bool {
        matches!(self, Self::Mail | Self::Outlook | Self::Archive)
    }
}

/// What a parser may lean on besides the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Where a page came from; makes its links absolute.
    pub url: Option<String>,
    /// What its owner knows of a source's pages better than any guess.
    pub rules: PageRules,
    pub tools: Tools,
    /// How many processes have ended over this file before; its format may then read it in a safer way.
    pub deaths: usize,
}

/// CSS selectors, as the owner of a source gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRules {
    /// Where the content stands; everything else goes. Nothing named: it is found.
    pub keep: Vec<String>,
    /// What goes, wherever it stands.
    pub drop: Vec<String>,
}

/// Programs and libraries of this machine that some formats need. Each is optional; what its lack costs is a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tools {
    /// The PDFium library.
    pub pdfium: Option<PathBuf>,
    /// The `pdftotext` command.
    pub pdftotext: Option<PathBuf>,
    /// The `tesseract` command.
    pub tesseract: Option<PathBuf>,
    /// What `tesseract` should expect to read, in its own words: `eng`, `deu+eng`.
    pub ocr_languages: Option<String>,
}

/// What could be read of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub title: Option<String>,
    /// As the file states it, for example `en` or `de-CH`.
    pub language: Option<String>,
    pub author: Option<String>,
    /// When it was last changed, else published, as the file states it: `2026-11-21`, perhaps with a time.
    pub dated: Option<String>,
    /// The main content; not cleaned yet. Empty for formats that have pages.
    pub markdown: String,
    /// For formats that have pages: the content of each.
    pub pages: Vec<Page>,
    /// What was lost or guessed, each a sentence for the person who owns the file.
    pub problems: Vec<String>,
}

/// One page of a paged format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// As printed by viewers, from 1.
    pub number: u32,
    /// Its Markdown; not cleaned yet.
    pub text: String,
}

/// A file inside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// As the outer file calls it, with `/` between folders. Never a path of ours.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What a page says to crawlers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Where it leads, absolute, each once, in the order of the page: links that are not marked `nofollow`.
    pub links: Vec<String>,
    /// The address that the page says is its real one, absolute.
    pub canonical: Option<String>,
    /// Where it sends its readers at once (`http-equiv=refresh`), absolute.
    pub refresh: Option<String>,
    pub noindex: bool,
    pub nofollow: bool,
    /// Whether a reader without scripts would see next to nothing of a page that has some.
    pub needs_scripts: bool,
}

/// Why nothing of a file can be used; the sentence is for the person who put it in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("the file is empty")]
    Empty,
    #[error("this looks like {0}, which cannot be read")]
    Unsupported(&'static str),
    #[error("the page nests its elements more than {limit} deep")]
    TooDeep { limit: usize },
    #[error("the page has more than {limit} elements and texts")]
    TooManyNodes { limit: usize },
    /// `what` is plural and lower case: "pages", "bytes when unpacked".
    #[error("it has more than {limit} {what}")]
    TooMuch { what: &'static str, limit: u64 },
    #[error("it is protected by a password")]
    Protected,
    #[error("its pages are pictures of text, and {0}")]
    PicturesOnly(&'static str),
    /// The cause in a few words, as the format's reader gives it.
    #[error("it is damaged or not what it seems: {0}")]
    Damaged(String),
}

/// Parse a file of a known kind.
pub fn parse(kind: Kind, bytes: &[u8], setting: &Setting) -> Result<Parsed, ParseError> {
    let url = setting.url.as_deref();
    let mut parsed = match kind {
        Kind::Markdown => decoded(bytes, |text| Ok(markdown::parse(text)))?,
        Kind::Text => decoded(bytes, |text| Ok(text::parse(text)))?,
        Kind::Html => {
            let decoded = decode::decode_html(bytes)?;
            with_problem(html::parse(&decoded.text, url, &setting.rules)?, decoded.problem)
        }
        Kind::Pdf => pdf::parse(bytes, &setting.tools, setting.deaths)?,
        Kind::Office => office::parse(bytes)?,
        Kind::OpenDocument => opendocument::parse(bytes)?,
        Kind::Ebook => ebook::parse(bytes)?,
        Kind::Csv => decoded(bytes, csv::parse)?,
        Kind::Json => decoded(bytes, json::parse)?,
        Kind::Rtf => rtf::parse(bytes)?,
        Kind::Mail => mail::parse(bytes)?,
        Kind::Outlook => outlook::parse(bytes)?,
        // Nothing to read by itself: what it holds is handed out.
        Kind::Archive => Parsed::default(),
    };
    parsed.title = parsed.title.map(|title| clean_line(&title)).filter(|title| !title.is_empty());
    parsed.author = parsed.author.map(|author| clean_line(&author)).filter(|author| !author.is_empty());
    parsed.language = parsed.language.filter(|language| is_language_tag(language));
    bounds::bound(&mut parsed);
    Ok(parsed)
}

/// Hand out the files inside a file, one at a time; what could not be handed out are the problems. Files inside those
/// are the caller's.
pub fn unpack(kind: Kind, bytes: &[u8], each: &mut dyn FnMut(Part)) -> Result<Vec<String>, ParseError> {
    let each = &mut |part| each(bounds::named(part));
    let mut problems = match kind {
        Kind::Archive => archive::unpack(bytes, each)?,
        Kind::Mail => mail::unpack(bytes, each)?,
        Kind::Outlook => outlook::unpack(bytes, each)?,
        _ => Vec::new(),
    };
    bounds::bound_problems(&mut problems);
    Ok(problems)
}

/// Read a file that is text, and tell what had to be guessed of its characters.
fn decoded(bytes: &[u8], parse: impl Fn(&str) -> Result<Parsed, ParseError>) -> Result<Parsed, ParseError> {
    let decoded = decode::decode(bytes)?;
    Ok(with_problem(parse(&decoded.text)?, decoded.problem))
}

fn with_problem(mut parsed: Parsed, problem: Option<String>) -> Parsed {
    parsed.problems.splice(0..0, problem);
    parsed
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
            assert_eq!(parse(kind, b" \n\t", &Setting::default()), Err(ParseError::Empty));
        }
    }

    #[test]
    fn a_guess_is_told() {
        let parsed = parse(Kind::Text, b"Gr\xfc\xdfe", &Setting::default()).unwrap();
        assert_eq!(parsed.markdown, "Grüße\n");
        assert_eq!(parsed.problems, ["not valid UTF-8: read as windows-1252"]);
    }
}

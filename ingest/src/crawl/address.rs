//! Addresses: one spelling for every page, so that a ledger has one row for it.
//!
//! What cannot change which page is meant goes: fragments, default ports, tracking and session parameters, the order
//! of a query. Names such as `index.html` stay: whether they are the folder's page is for the page to say (its
//! canonical). Knows nothing of plans; the URL parser is `url`, the same one that the fetch client uses.

use std::fmt;

use url::{Position, Url};

/// Longer addresses are made by machines for machines.
pub const MOST_BYTES: usize = 4096;
/// What a document's origin may take, which databases index.
pub const MOST_ORIGIN_BYTES: usize = 2000;

/// An address in its one spelling. Two addresses are the same page if they are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Url);

/// Why something is no address of a page; the sentence is for the person whose page or plan names it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("this is not an address: {0}")]
    Malformed(String),
    #[error("only http and https addresses are fetched, not {0}:")]
    Scheme(String),
    #[error("the address carries a user name or password; headers of the source are the place for them")]
    Userinfo,
    #[error("the address is longer than {MOST_BYTES} bytes")]
    TooLong,
}

impl Address {
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        Self::from_parsed(Url::parse(trimmed(text)?))
    }

    /// An address as a page has it: perhaps relative to the page.
    pub fn join(&self, text: &str) -> Result<Self, AddressError> {
        Self::from_parsed(self.0.join(trimmed(text)?))
    }

    pub fn new(url: Url) -> Result<Self, AddressError> {
        if !matches!(url.scheme(), "http" | "https" | "file") || (url.scheme() == "file" && url.has_host()) {
            return Err(AddressError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Userinfo);
        }
        let url = normalised(url)?;
        if url.as_str().len() > MOST_BYTES { Err(AddressError::TooLong) } else { Ok(Self(url)) }
    }

    pub fn url(&self) -> &Url {
        &self.0
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host as the politeness is counted: a server does not care for schemes. Files have one of their own.
    pub fn host(&self) -> &str {
        self.0.host_str().filter(|_| !self.is_file()).unwrap_or("file:")
    }

    /// Of this machine's own disk. Nothing of the web leads there: it is another site.
    pub fn is_file(&self) -> bool {
        self.0.scheme() == "file"
    }

    /// What one `robots.txt` speaks for: `https://help.acme.example`, with a port where it is not the usual one.
    pub fn origin(&self) -> &str {
        &self.0[..Position::BeforePath]
    }

    /// Path and query, as robots rules and globs see them.
    pub fn path_and_query(&self) -> &str {
        &self.0[Position::BeforePath..]
    }

    /// The name of the file that it seems to lead to, for what only a name can tell.
    pub fn file_name(&self) -> Option<&str> {
        self.0.path_segments()?.next_back().filter(|name| !name.is_empty())
    }

    /// Whether a document may have it as its origin.
    pub fn fits_an_origin(&self) -> bool {
        self.as_str().len() <= MOST_ORIGIN_BYTES
    }

    fn from_parsed(parsed: Result<Url, url::ParseError>) -> Result<Self, AddressError> {
        Self::new(parsed.map_err(|error| AddressError::Malformed(error.to_string()))?)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Before any parsing: a megabyte of address costs nothing. Twice the limit, since what is dropped may be long.
fn trimmed(text: &str) -> Result<&str, AddressError> {
    let text = text.trim();
    if text.len() > 2 * MOST_BYTES { Err(AddressError::TooLong) } else { Ok(text) }
}

fn normalised(mut url: Url) -> Result<Url, AddressError> {
    url.set_fragment(None);
    let bare_host = url.host_str().filter(|host| host.ends_with('.')).map(|host| host.trim_end_matches('.').to_owned());
    if let Some(host) = bare_host {
        let no_host = || AddressError::Malformed("empty host".to_owned());
        url.set_host(Some(&host).filter(|host| !host.is_empty()).map(String::as_str)).map_err(|_| no_host())?;
        url.host().ok_or_else(no_host)?;
    }
    let path = tidy_escapes(&without_path_sessions(url.path()));
    let query = url.query().and_then(tidy_query);
    url.set_path(&path);
    url.set_query(query.as_deref());
    Ok(url)
}

/// The query sorted by its keys, values of one key in their order, without what does not choose the page.
fn tidy_query(query: &str) -> Option<String> {
    let mut pairs: Vec<String> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_noise(pair)).map(tidy_escapes).collect();
    pairs.sort_by(|a, b| key_of(a).cmp(key_of(b)));
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

fn key_of(pair: &str) -> &str {
    pair.split_once('=').map_or(pair, |(key, _)| key)
}

/// Parameters that tell where a reader came from.
const TRACKING: [&str; 22] = [
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "twclid",
    "yclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "hsctatracking",
    "mkt_tok",
    "ref_src",
    "ref_url",
    "vero_id",
    "oly_enc_id",
];
/// Parameters that tell one visit from another.
const SESSIONS: [&str; 10] = [
    "phpsessid",
    "jsessionid",
    "aspsessionid",
    "asp.net_sessionid",
    "sessionid",
    "session_id",
    "sessid",
    "cfid",
    "cftoken",
    "zenid",
];
/// Names that are sessions only where the value looks like one: `sid=12` may be a story.
const PERHAPS_SESSIONS: [&str; 3] = ["sid", "s", "session"];

fn is_noise(pair: &str) -> bool {
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    let key = key.to_ascii_lowercase();
    key.starts_with("utm_")
        || TRACKING.contains(&key.as_str())
        || SESSIONS.contains(&key.as_str())
        || (PERHAPS_SESSIONS.contains(&key.as_str()) && is_token(value))
}

/// Long, and of letters and digits both: what no person chose.
fn is_token(value: &str) -> bool {
    value.len() >= 16
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && value.bytes().any(|b| b.is_ascii_digit())
}

/// `/a;jsessionid=1F00/b` and `/(S(lit3py55t21z5v55vlm25s55))/b` are `/a/b` and `/b`.
fn without_path_sessions(path: &str) -> String {
    let segments = path.split('/').filter(|segment| !(segment.starts_with("(S(") && segment.ends_with("))")));
    let kept: Vec<&str> = segments.map(without_session_suffix).collect();
    kept.join("/")
}

fn without_session_suffix(segment: &str) -> &str {
    let session = |rest: &str| SESSIONS.contains(&key_of(rest).to_ascii_lowercase().as_str());
    segment.split_once(';').filter(|(_, rest)| session(rest)).map_or(segment, |(before, _)| before)
}

/// Escapes of letters, digits and `-._~` are undone, the others get capital digits. `^` is escaped, as the standard
/// has it since lately and the parser has not.
fn tidy_escapes(text: &str) -> String {
    let text = text.replace('^', "%5E");
    let mut tidy = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        tidy.push_str(before);
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => tidy.push(char::from(byte)),
            Some(byte) => tidy.push_str(&format!("%{byte:02X}")),
            None => tidy.push('%'),
        }
        rest = &after[digits.map_or(0, str::len)..];
    }
    tidy.push_str(rest);
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let address = Address::parse(text).unwrap();
        assert_eq!(address.as_str(), expected);
        assert_eq!(Address::parse(address.as_str()).unwrap(), address, "not settled: {text}");
    }

    #[test]
    fn one_spelling() {
        check("HTTPS://Help.ACME.example:443", "https://help.acme.example/");
        check("http://acme.example:8080/a/./b/../c#top", "http://acme.example:8080/a/c");
        check("http://acme.example./a?", "http://acme.example/a");
        check("http://acme.example/%7eann/%c3%a4/%2F%zz%", "http://acme.example/~ann/%C3%A4/%2F%zz%");
        check("http://acme.example/\u{e4} b", "http://acme.example/%C3%A4%20b");
        check("http://acme.example/index.html", "http://acme.example/index.html");
        check("http://acme.example/a^b", "http://acme.example/a%5Eb");
        check(" http://b\u{fc}cher.example/ ", "http://xn--bcher-kva.example/");
    }

    #[test]
    fn a_query_is_sorted_and_keeps_what_chooses_the_page() {
        check("http://a.example/?b=2&a=1&b=1&&", "http://a.example/?a=1&b=2&b=1");
        check("http://a.example/?utm_source=x&id=7&gclid=1&_ga=2", "http://a.example/?id=7");
        check("http://a.example/x?fbclid=1", "http://a.example/x");
        check("http://a.example/?q=%41%2b+b", "http://a.example/?q=A%2B+b");
    }

    #[test]
    fn sessions_go() {
        check("http://a.example/x;jsessionid=1F?PHPSESSID=0af3&p=1", "http://a.example/x?p=1");
        check("http://a.example/?sid=12", "http://a.example/?sid=12");
        check("http://a.example/?sid=0a1b2c3d4e5f6071", "http://a.example/");
        check("http://a.example/(S(lit3py55t21z5v55vlm25s55))/a", "http://a.example/a");
        check("http://a.example/map;v=2/a", "http://a.example/map;v=2/a");
    }

    #[test]
    fn what_is_no_page_says_why() {
        let check = |text: &str, expected| assert_eq!(Address::parse(text), Err(expected), "{text}");
        check("mailto:help@acme.example", AddressError::Scheme("mailto".to_owned()));
        check("http://ann:secret@acme.example/", AddressError::Userinfo);
        check(&format!("http://acme.example/{}", "a".repeat(MOST_BYTES)), AddressError::TooLong);
        assert!(matches!(Address::parse("/relative"), Err(AddressError::Malformed(_))));
        assert!(matches!(Address::parse("http://../"), Err(AddressError::Malformed(_))));
        assert!(matches!(Address::parse("http://"), Err(AddressError::Malformed(_))));
    }

    #[test]
    fn its_parts() {
        let address = Address::parse("https://a.example:8443/x/guide.pdf?p=1").unwrap();
        assert_eq!(address.origin(), "https://a.example:8443");
        assert_eq!(address.path_and_query(), "/x/guide.pdf?p=1");
        assert_eq!(address.file_name(), Some("guide.pdf"));
        assert_eq!(address.join("../b").unwrap().as_str(), "https://a.example:8443/b");
    }

    #[test]
    fn a_file_is_of_this_machine() {
        check("file:///srv/docs/../docs/pay%20bands.md#top", "file:///srv/docs/pay%20bands.md");
        check("file://localhost/srv/a.md", "file:///srv/a.md");
        assert_eq!(Address::parse("file://else.example/srv/a.md"), Err(AddressError::Scheme("file".to_owned())));
        let file = Address::parse("file:///srv/a.md").unwrap();
        assert!(file.is_file() && !Address::parse("http://file/srv/a.md").unwrap().is_file());
        assert_eq!((file.host(), file.origin()), ("file:", "file://"));
    }
}

//! What becomes of an address: the words of the ledger, and its rows.
//!
//! The ledger itself is a port (`ports.rs`); here is what stands in it. Knows nothing of how verdicts come about.

use retrieval::model::ContentHash;

use super::address::Address;

/// What became of an address. The sentences are for the owner of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Found, not yet asked for.
    Waiting,
    /// Its bytes were accepted; ingestion will say what it made of them.
    HandedIn,
    Indexed,
    /// The same as when it was last handed in.
    Unchanged,
    /// Another address has the same page, or the page says that this is its real address.
    DuplicateOf(String),
    /// The plan does not take it.
    OutOfScope(String),
    /// It looks like one of endlessly many pages without anything new.
    Trap(String),
    /// The site's robots.txt asks us not to fetch it.
    Robots,
    /// The page asks not to be indexed.
    NoIndex,
    /// The status that said so; 200 where the page is the one that the site shows for anything that does not exist.
    Gone(u16),
    RedirectedTo(String),
    TooLarge(String),
    Unsupported(String),
    Failed(String),
    /// Gone or moved, and why; but so much is at once that a person has to confirm it.
    Held(String),
    /// Held until a person confirmed, and taken out then; why.
    Retired(String),
}

impl Verdict {
    /// Its stable name.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::HandedIn => "handed_in",
            Self::Indexed => "indexed",
            Self::Unchanged => "unchanged",
            Self::DuplicateOf(_) => "duplicate_of",
            Self::OutOfScope(_) => "out_of_scope",
            Self::Trap(_) => "trap",
            Self::Robots => "robots",
            Self::NoIndex => "noindex",
            Self::Gone(_) => "gone",
            Self::RedirectedTo(_) => "redirected_to",
            Self::TooLarge(_) => "too_large",
            Self::Unsupported(_) => "unsupported",
            Self::Failed(_) => "failed",
            Self::Held(_) => "held",
            Self::Retired(_) => "retired",
        }
    }

    /// What stands beside the name: an address, a status, a sentence.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Gone(status) => Some(status.to_string()),
            Self::DuplicateOf(text)
            | Self::OutOfScope(text)
            | Self::Trap(text)
            | Self::RedirectedTo(text)
            | Self::TooLarge(text)
            | Self::Unsupported(text)
            | Self::Failed(text)
            | Self::Held(text)
            | Self::Retired(text) => Some(text.clone()),
            Self::Waiting | Self::HandedIn | Self::Indexed | Self::Unchanged | Self::Robots | Self::NoIndex => None,
        }
    }

    /// Back from its name and detail.
    pub fn named(name: &str, detail: Option<&str>) -> Option<Self> {
        let text = || detail.unwrap_or_default().to_owned();
        Some(match name {
            "waiting" => Self::Waiting,
            "handed_in" => Self::HandedIn,
            "indexed" => Self::Indexed,
            "unchanged" => Self::Unchanged,
            "duplicate_of" => Self::DuplicateOf(text()),
            "out_of_scope" => Self::OutOfScope(text()),
            "trap" => Self::Trap(text()),
            "robots" => Self::Robots,
            "noindex" => Self::NoIndex,
            "gone" => Self::Gone(detail?.parse().ok()?),
            "redirected_to" => Self::RedirectedTo(text()),
            "too_large" => Self::TooLarge(text()),
            "unsupported" => Self::Unsupported(text()),
            "failed" => Self::Failed(text()),
            "held" => Self::Held(text()),
            "retired" => Self::Retired(text()),
            _ => return None,
        })
    }

    /// As a person reads it in a list.
    pub fn sentence(&self) -> String {
        match self {
            Self::Waiting => "it waits for its turn".to_owned(),
            Self::HandedIn => "it was fetched and handed in".to_owned(),
            Self::Indexed => "it is indexed".to_owned(),
            Self::Unchanged => "it has not changed".to_owned(),
            Self::DuplicateOf(other) => format!("it is the same page as {other}"),
            Self::Robots => "the site's robots.txt asks not to fetch it".to_owned(),
            Self::NoIndex => "the page asks not to be indexed".to_owned(),
            Self::Gone(200) => "the site shows what it shows for pages that do not exist".to_owned(),
            Self::Gone(status) => format!("it is gone (status {status})"),
            Self::RedirectedTo(other) => format!("it leads to {other}"),
            Self::Held(why) => format!("it would be removed ({why}), once a person confirms"),
            Self::Retired(why) => format!("it was removed ({why}), as a person confirmed"),
            Self::OutOfScope(why)
            | Self::Trap(why)
            | Self::TooLarge(why)
            | Self::Unsupported(why)
            | Self::Failed(why) => why.clone(),
        }
    }

    /// Whether the page of this address is there for readers.
    pub(super) fn is_good(&self) -> bool {
        matches!(self, Self::HandedIn | Self::Indexed | Self::Unchanged)
    }

    /// Whether the address was asked for to come to this verdict: these count towards the limit of pages.
    pub(super) fn was_fetched(&self) -> bool {
        !matches!(self, Self::Waiting | Self::OutOfScope(_) | Self::Trap(_) | Self::Robots)
    }
}

/// How an address was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    Start,
    Link,
    Sitemap,
    Redirect,
    Canonical,
}

impl Via {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Link => "link",
            Self::Sitemap => "sitemap",
            Self::Redirect => "redirect",
            Self::Canonical => "canonical",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::Start, Self::Link, Self::Sitemap, Self::Redirect, Self::Canonical]
            .into_iter()
            .find(|v| v.as_str() == name)
    }
}

/// An address that turned up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub address: Address,
    /// Links away from the start.
    pub depth: u32,
    pub via: Via,
    /// The page that named it.
    pub from: Option<Address>,
}

/// What the last answer said of itself, for asking again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// BLAKE3 of the body that was handed in.
    pub body: Option<ContentHash>,
}

/// A row of the ledger: everything known of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub address: Address,
    pub depth: u32,
    pub via: Via,
    /// Of its last round.
    pub verdict: Verdict,
    /// Whether the verdict is of the round that is open.
    pub this_round: bool,
    /// Whether a document of it is there for readers, whatever the last verdict.
    pub live: bool,
    pub mark: Mark,
}

/// A round, as it is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Every address that the ledger knows; of an interrupted round also those that wait.
    pub rows: Vec<Row>,
    /// How many addresses were live when the round began: not when it was taken up again.
    pub live_before: usize,
    /// Whether the last finished round had the same mark of its plan.
    pub same_plan: bool,
}

/// A page on its way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandIn {
    pub address: Address,
    pub bytes: Vec<u8>,
    pub content_type: Option<String>,
    pub mark: Mark,
}

/// How a round ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Farewell {
    /// Their documents leave.
    pub retire: Vec<Address>,
    /// They would leave, and why; their documents stay until a person confirms.
    pub hold: Vec<(Address, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_comes_back_from_its_row() {
        let text = || "why".to_owned();
        let all = [
            Verdict::Waiting,
            Verdict::HandedIn,
            Verdict::Indexed,
            Verdict::Unchanged,
            Verdict::DuplicateOf(text()),
            Verdict::OutOfScope(text()),
            Verdict::Trap(text()),
            Verdict::Robots,
            Verdict::NoIndex,
            Verdict::Gone(410),
            Verdict::RedirectedTo(text()),
            Verdict::TooLarge(text()),
            Verdict::Unsupported(text()),
            Verdict::Failed(text()),
            Verdict::Held(text()),
            Verdict::Retired(text()),
        ];
        for verdict in all {
            assert_eq!(Verdict::named(verdict.as_str(), verdict.detail().as_deref()), Some(verdict));
        }
        assert_eq!(Verdict::named("gone", Some("soon")), None);
        assert_eq!(Verdict::named("lost", None), None);
    }
}

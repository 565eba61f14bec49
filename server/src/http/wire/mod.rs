//! What crosses the wire, in both directions; the command line prints the same shapes.

mod audit;
mod backup;
mod branding;
mod compatible;
mod conversations;
mod documents;
mod events;
mod explain;
mod generations;
mod history;
mod inbox;
mod insight;
mod jobs;
mod keeping;
mod named;
mod oidc;
mod receipts;
mod review;
mod schedules;
mod sessions;
mod settings;
mod simulate;
mod sites;
mod spending;
mod suggestions;
mod transcript;
mod versions;
mod why;

mod keys;
mod people;

use retrieval::access::{AccessError, AccessLabel};
use retrieval::ports::{Replaced, Scored};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Citation, Disagreeing, pointer};
use crate::library::bare_origin;

pub use audit::*;
pub use backup::*;
pub use branding::*;
pub use compatible::*;
pub use conversations::*;
pub use documents::*;
pub use events::*;
pub use explain::*;
pub use generations::*;
pub use history::*;
pub use inbox::*;
pub use insight::*;
pub use jobs::*;
pub use keeping::*;
pub use named::Named;
pub use oidc::*;
pub use receipts::*;
pub use review::*;
pub use schedules::*;
pub use sessions::*;
pub use settings::*;
pub use simulate::*;
pub use sites::*;
pub use spending::*;
pub use suggestions::*;
pub use transcript::*;
pub use versions::*;
pub use why::*;

pub use keys::*;
pub use people::*;

/// `tier=public[,groups=a+b]`, as `--as` and the `as` field take it.
pub fn parse_as(text: &str) -> Result<AccessLabel, AccessError> {
    let mut label = None;
    let mut groups = Default::default();
    for part in text.split(',') {
        match part.split_once('=') {
            Some(("tier", tier)) => label = Some(AccessLabel::tier(tier.parse()?)),
            Some(("groups", names)) => groups = names.split('+').map(str::parse).collect::<Result<_, _>>()?,
            _ => return Err(AccessError::UnknownTier(text.to_owned())),
        }
    }
    let label = label.ok_or_else(|| AccessError::UnknownTier(text.to_owned()))?;
    Ok(AccessLabel { groups, ..label })
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    pub query: String,
    pub limit: Option<usize>,
    #[serde(rename = "as")]
    pub as_label: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Said>,
    /// Also say how it came about; for the operator.
    #[serde(default)]
    pub explain: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRequest {
    pub question: String,
    #[serde(rename = "as")]
    pub as_label: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Said>,
    /// In place of a history: the conversation that goes on with this question, and keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// What a visitor was told when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_secret: Option<String>,
    /// For editors: the build of the index that is asked, the live one or one that is kept. Without it, the live one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<String>,
    #[serde(default)]
    pub format: Format,
}

/// In which forms an answer is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Its text, in Markdown.
    #[default]
    Text,
    /// Also rendered, for pages that do not do so themselves.
    Html,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Hit {
    pub document_id: String,
    pub title: String,
    pub url: String,
    pub tier: String,
    pub page: Option<u32>,
    pub heading: String,
    pub text: String,
    pub start: usize,
    pub end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// Copies and former versions that are not shown for its sake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead_of: Vec<ReplacedReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReplacedReply {
    pub document_id: String,
    pub title: String,
    /// When its author says that it was last changed.
    pub dated: Option<String>,
    /// A former version, and not a mere copy.
    pub older: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SearchReply {
    pub hits: Vec<Hit>,
    /// What was searched for, if not the question as it was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<String>,
    pub took_ms: u64,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<SearchExplanation>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Cited {
    pub n: usize,
    pub document_id: String,
    pub title: String,
    pub url: String,
    /// For a document on the web: opens it at the quote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    pub page: Option<u32>,
    pub heading: String,
    /// When its author says that the document was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
    pub quote: String,
    pub start: usize,
    pub end: usize,
    pub passage: String,
}

/// Two citations, by their `n`, that give different figures for the same.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DisagreeingReply {
    /// The one that the answer goes by.
    pub says: usize,
    pub otherwise: usize,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct AskReply {
    pub answer: String,
    /// The same, rendered: for who asked for `html`. Safe to stand in a page as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    pub declined: bool,
    pub citations: Vec<Cited>,
    /// Where sources do not agree; the answer says so too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disagreeing: Vec<DisagreeingReply>,
    pub mode: String,
    pub model: String,
    /// Why it is not in the language model's words, where it would have been: one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// It was stopped, or broke off for want of room.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    pub took_ms: u64,
    /// What was searched for, if not the question as it was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<String>,
    pub record_id: Option<String>,
    /// Where it was kept, if it was asked in a conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<i64>,
    /// That the conversation waits for a person, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff: Option<HandoffReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    pub origin: String,
    pub tier: String,
    #[serde(default)]
    pub groups: Vec<String>,
    /// The file's bytes in base64.
    pub content: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocuments {
    pub documents: Vec<NewDocument>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    pub job: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Removed {
    pub removed: bool,
    /// The documents that left. Each has a receipt.
    pub documents: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Name {
    pub name: String,
}

/// Who will read a reply. Scores tell of documents beyond it, paths of the machine: both are for editors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Viewer {
    Editor,
    Reader,
}

/// Where a document came from, as far as this viewer is told: an address on the web, or a file by its name alone.
fn place(origin: String, viewer: Viewer) -> String {
    let origin = bare_origin(&origin);
    match viewer {
        Viewer::Editor => origin.to_owned(),
        Viewer::Reader if is_url(origin) => origin.to_owned(),
        Viewer::Reader => origin.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
    }
}

/// Opens a document on the web at the page of a PDF, or where the words of a quote stand.
fn link(origin: &str, quote: &str, page: Option<u32>) -> Option<String> {
    let address = bare_origin(origin);
    let (bare, fragment) = address.split_once('#').unwrap_or((address, ""));
    let fragment = fragment.split(":~:").next().unwrap_or_default();
    let at = match page {
        Some(page) => Some(format!("page={page}")),
        None => pointer(quote).map(|pointer| format!("{fragment}{pointer}")),
    };
    is_url(address).then(|| at.map_or_else(|| address.to_owned(), |at| format!("{bare}#{at}")))
}

fn is_url(origin: &str) -> bool {
    origin.starts_with("http://") || origin.starts_with("https://")
}

impl Hit {
    pub fn new(scored: Scored, viewer: Viewer) -> Self {
        let Scored { passage, score, instead_of, .. } = scored;
        Self {
            document_id: passage.document.to_string(),
            title: passage.title,
            url: place(passage.origin, viewer),
            tier: passage.label.tier.to_string(),
            page: passage.page,
            heading: passage.heading,
            text: passage.text,
            start: passage.bytes.start,
            end: passage.bytes.end,
            score: (viewer == Viewer::Editor).then_some(score),
            instead_of: instead_of.into_iter().map(ReplacedReply::from).collect(),
        }
    }
}

impl From<Replaced> for ReplacedReply {
    fn from(replaced: Replaced) -> Self {
        let Replaced { document, title, dated, older } = replaced;
        Self { document_id: document.to_string(), title, dated, older }
    }
}

impl AskReply {
    pub fn new(answer: Answer, viewer: Viewer) -> Self {
        Self {
            answer: answer.text,
            html: None,
            declined: answer.declined,
            citations: answer.citations.into_iter().map(|citation| Cited::new(citation, viewer)).collect(),
            disagreeing: answer.disagreeing.into_iter().map(DisagreeingReply::from).collect(),
            mode: answer.mode.to_owned(),
            model: answer.model,
            notice: answer.notice,
            interrupted: answer.is_cut,
            took_ms: answer.took_ms,
            asked_as: answer.asked_as,
            record_id: answer.record.map(|record| record.to_string()),
            conversation: None,
            turn: None,
            handoff: None,
        }
    }
}

impl Cited {
    pub fn new(citation: Citation, viewer: Viewer) -> Self {
        Self {
            n: citation.n,
            document_id: citation.document.to_string(),
            title: citation.title,
            link: link(&citation.origin, &citation.quote, citation.page),
            url: place(citation.origin, viewer),
            page: citation.page,
            heading: citation.heading,
            dated: citation.dated,
            quote: citation.quote,
            start: citation.bytes.start,
            end: citation.bytes.end,
            passage: citation.passage,
        }
    }
}

impl From<Disagreeing> for DisagreeingReply {
    fn from(Disagreeing { says, otherwise }: Disagreeing) -> Self {
        Self { says, otherwise }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_are_told_no_path_of_the_machine() {
        let check = |origin: &str, expected| assert_eq!(place(origin.to_owned(), Viewer::Reader), expected);
        check("/srv/handbook/refunds.md", "refunds.md");
        check("C:\\handbook\\refunds.md", "refunds.md");
        check("https://example.test/a/b", "https://example.test/a/b");
        assert_eq!(place("/srv/refunds.md".into(), Viewer::Editor), "/srv/refunds.md");
    }

    #[test]
    fn a_link_opens_a_page_at_its_quote() {
        let check = |origin: &str, page, expected: Option<&str>| {
            assert_eq!(link(origin, "Ten **days**.", page).as_deref(), expected, "{origin}");
        };
        check("https://example.test/a?b=1", None, Some("https://example.test/a?b=1#:~:text=Ten%20days."));
        check("https://example.test/a#/b", None, Some("https://example.test/a#/b:~:text=Ten%20days."));
        check("https://example.test/a#b:~:text=x", None, Some("https://example.test/a#b:~:text=Ten%20days."));
        check("https://example.test/a.pdf", Some(3), Some("https://example.test/a.pdf#page=3"));
        check("/srv/refunds.md", None, None);
        assert_eq!(link("https://example.test/a", "| |", None).as_deref(), Some("https://example.test/a"));
    }

    #[test]
    fn who_to_ask_as() {
        let check = |text, expected: Option<&str>| {
            let label = parse_as(text).ok().map(|label| {
                let groups: Vec<&str> = label.groups.iter().map(|group| group.as_str()).collect();
                format!("{} {}", label.tier, groups.join(" "))
            });
            assert_eq!(label.as_deref(), expected, "{text}");
        };
        check("tier=public", Some("public "));
        check("tier=internal,groups=billing+hr", Some("internal billing hr"));
        check("groups=hr,tier=customer", Some("customer hr"));
        check("tier=everything", None);
        check("groups=hr", None);
        check("tier=public,groups=", None);
        check("", None);
        check("tier=public,admin=1", None);
    }
}

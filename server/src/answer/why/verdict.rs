//! The verdicts: where a document was lost, and what may be done about it where something honest can be said.

/// What became of a document, in the order of its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Absent,
    Waiting,
    Failed,
    /// Its text is in documents of their own.
    Opened,
    NoText,
    NotIndexed,
    NotCandidate,
    NotCompared,
    RankedLow,
    Copy,
    BeyondLimit,
    OverBudget,
    NotQuoted,
    Quoted,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Opened => "opened",
            Self::NoText => "no_text",
            Self::NotIndexed => "not_indexed",
            Self::NotCandidate => "not_candidate",
            Self::NotCompared => "not_compared",
            Self::RankedLow => "ranked_low",
            Self::Copy => "copy",
            Self::BeyondLimit => "beyond_limit",
            Self::OverBudget => "over_budget",
            Self::NotQuoted => "not_quoted",
            Self::Quoted => "quoted",
        }
    }

    /// The step at which it is reached.
    pub(super) fn step(self) -> &'static str {
        match self {
            Self::Absent | Self::Waiting | Self::Failed | Self::Opened => "there",
            Self::NoText | Self::NotIndexed => "indexed",
            Self::NotCandidate => "candidate",
            Self::NotCompared => "compared",
            Self::RankedLow => "ranked",
            Self::Copy | Self::BeyondLimit => "given",
            Self::OverBudget => "packed",
            Self::NotQuoted | Self::Quoted => "quoted",
        }
    }

    /// Advice that holds whatever the document and the question are. It must not tell hidden from absent.
    pub(super) fn advice(self) -> Option<&'static str> {
        match self {
            Self::Absent => Some("ask without --as whether it is there at all; `lectern ingest` takes documents in"),
            Self::Waiting => Some("ask again when its job is done"),
            Self::Failed => Some("mend what the reason names and hand it in again, or try `lectern retry`"),
            Self::Opened => Some("name a file inside it, as in mail.eml!/contract.pdf"),
            Self::NotIndexed => Some("`lectern doctor` compares index and catalog, and mends what differs"),
            Self::NotCandidate | Self::NotCompared => {
                Some("say in its title, headings or text what it is about in the words that people ask with")
            }
            Self::Copy => Some("the other one stands for it; if they should differ, say so in their titles or dates"),
            Self::BeyondLimit => Some("a larger --limit of `lectern search` shows it"),
            Self::NotQuoted => Some("a sentence that answers by itself, naming its subject, can be quoted"),
            Self::NoText | Self::RankedLow | Self::OverBudget | Self::Quoted => None,
        }
    }
}

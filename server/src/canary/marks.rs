//! The marks: a document of every label, with a token of its own in each place that could be shown.

use std::collections::BTreeSet;

use retrieval::access::{AccessLabel, AccessTier, Group};
use retrieval::model::DocumentId;

use super::flock::Bird;

/// Words that all of them share, so that one question finds every one that somebody may read.
pub const COMMON: &str = "parcels that leave the yard";

/// A token is this, a dash, and so many digits.
const FRONT: &str = "cnry";
const DIGITS: usize = 16;

/// All that was planted.
pub struct Marked {
    pub groups: Vec<Group>,
    pub documents: Vec<Planted>,
    /// By which they were taken in.
    pub job: String,
    seed: String,
}

/// One document.
pub struct Planted {
    pub label: AccessLabel,
    pub origin: String,
    pub title: String,
    pub body: String,
    pub heading: String,
    pub text: String,
    /// Known once it was taken in.
    pub document: Option<DocumentId>,
    /// `kept for the first group`, or nothing.
    kept_for: &'static str,
}

/// One token, and what shows where it does.
pub struct Mark {
    pub token: String,
    pub of_what: String,
}

impl Planted {
    /// For the report, which must not be a find itself.
    pub fn of_what(&self) -> String {
        format!("a document of tier {}{}", self.label.tier, self.kept_for)
    }
}

impl Marked {
    pub fn new(seed: &str) -> Self {
        let groups: Vec<Group> = ["first", "second"].iter().filter_map(|name| token(seed, name).parse().ok()).collect();
        let sets = [(None, ""), (groups.first(), " for the first group"), (groups.get(1), " for the second group")];
        let label = |tier, group: Option<&Group>| AccessLabel { tier, groups: group.cloned().into_iter().collect() };
        let labels: Vec<(AccessLabel, &str)> = AccessTier::ALL
            .into_iter()
            .flat_map(|tier| sets.iter().map(move |(group, kept_for)| (label(tier, *group), *kept_for)))
            .collect();
        let documents =
            labels.into_iter().enumerate().map(|(at, (label, kept_for))| planted(seed, at, label, kept_for));
        let documents = documents.collect();
        Self { documents, groups, job: String::new(), seed: seed.to_owned() }
    }

    /// A name that is nobody's.
    pub fn nowhere(&self) -> String {
        token(&self.seed, "nowhere")
    }

    /// Every token that this bird may not see.
    pub fn hidden_from(&self, bird: &Bird) -> Vec<Mark> {
        let hidden = self.documents.iter().filter(|planted| !bird.may_read(&planted.label));
        let of_document = |planted: &Planted| {
            let mark = |place: &str, token: &str| Mark {
                token: token.to_owned(),
                of_what: format!("the {place} of {}", planted.of_what()),
            };
            [
                mark("file name", planted.origin.trim_end_matches(".md")),
                mark("title", &planted.title),
                mark("text", &planted.body),
                mark("heading", &planted.heading),
            ]
        };
        let mut marks: Vec<Mark> = hidden.flat_map(of_document).collect();
        let strange = self.groups.iter().filter(|group| !bird.groups.contains(*group));
        marks.extend(strange.map(|group| Mark { token: group.to_string(), of_what: "the name of a group".into() }));
        marks
    }
}

impl Bird {
    /// Who may read what, said once more in other words than those of the rule: an error there is found here.
    pub fn may_read(&self, label: &AccessLabel) -> bool {
        let Some(tier) = self.tier else { return false };
        let high_enough = tier.rank() >= label.tier.rank();
        let shared: BTreeSet<&Group> = self.groups.intersection(&label.groups).collect();
        match label.groups.len() {
            0 => high_enough,
            _ => high_enough && !shared.is_empty(),
        }
    }
}

fn planted(seed: &str, at: usize, label: AccessLabel, kept_for: &'static str) -> Planted {
    let [origin, title, body, heading] =
        ["origin", "title", "body", "heading"].map(|place| token(seed, &format!("{at} {place}")));
    let text = format!(
        "# Yard {title}\n\nThe {COMMON} are counted every morning, and {body} is written on each of them.\n\n\
         ## Who keeps gate {heading}?\n\nAt the gate a clerk looks at the papers of {} drivers before noon.\n",
        at + 3
    );
    Planted { label, origin: format!("{origin}.md"), title, body, heading, text, document: None, kept_for }
}

/// Sixteen digits that stand nowhere else. Fits as the name of a group.
fn token(seed: &str, name: &str) -> String {
    let digits = blake3::hash(format!("{seed} {name}").as_bytes()).to_hex();
    format!("{FRONT}-{}", &digits[..DIGITS])
}

/// Every token that stands there, however it is written. One pass, whatever may be hidden: replies are long and many.
pub fn tokens_in(bytes: &[u8]) -> BTreeSet<String> {
    let dashes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'-').map(|(at, _)| at);
    let token_around = |dash: usize| {
        let token = bytes.get(dash.checked_sub(FRONT.len())?..dash + 1 + DIGITS)?.to_ascii_lowercase();
        token.starts_with(FRONT.as_bytes()).then(|| String::from_utf8(token).ok())?
    };
    dashes.filter_map(token_around).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_a_token_of_its_own() {
        let marked = Marked::new("seed");
        let nobody = Bird::of(None, BTreeSet::new());
        let tokens: BTreeSet<String> = marked.hidden_from(&nobody).into_iter().map(|mark| mark.token).collect();
        assert_eq!((marked.documents.len(), tokens.len()), (12, 12 * 4 + 2));
        assert_ne!(Marked::new("other").documents[0].title, marked.documents[0].title);
    }

    #[test]
    fn a_token_is_found_wherever_it_stands() {
        let token = token("seed", "title");
        let shouted = token.to_uppercase();
        for text in [token.clone(), format!("{{\"a\":\"x-{shouted}.\"}}"), format!("\u{0}--{token}{token}-\u{0}")] {
            assert_eq!(tokens_in(text.as_bytes()), BTreeSet::from([token.clone()]), "{text}");
        }
        for text in ["", "-", "cnry-", &token[..20], &token.replace('-', "_")] {
            assert_eq!(tokens_in(text.as_bytes()), BTreeSet::new(), "{text}");
        }
    }

    #[test]
    fn nothing_is_hidden_from_who_reads_it() {
        let marked = Marked::new("seed");
        let all = Bird::of(Some(AccessTier::Restricted), marked.groups.iter().cloned().collect());
        assert!(marked.hidden_from(&all).is_empty());
        let public = Bird::of(Some(AccessTier::Public), BTreeSet::new());
        assert_eq!(marked.hidden_from(&public).len(), 11 * 4 + 2);
    }
}

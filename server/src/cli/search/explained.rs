//! How a search came about, as a table for a terminal of 100 columns.

use crate::http::wire::{CandidateReply, PlaceReply, SearchExplanation};

/// The terms that are named for a hit.
const NAMED: usize = 4;
/// What is left of 100 columns beside the numbers and the fate.
const TITLE: usize = 36;

/// The candidates in the order of the reranker, and how the search went.
pub fn lines(explained: &SearchExplanation) -> Vec<String> {
    let mut lines = vec![format!(
        "{:>4} {:>6}  {:^11}  {:^11}  {:>5}  {:<TITLE$}  fate",
        "", "score", "meaning", "keywords", "fused", "passage"
    )];
    lines.extend(explained.candidates.iter().zip(1..).map(|(one, number)| row(number, one)));
    let timings: Vec<String> = explained.timings_ms.0.iter().map(|(stage, ms)| format!("{stage} {ms:.1}")).collect();
    lines.push(String::new());
    lines.push(format!("confidence {:.2}, language known {:.2}", explained.confidence, explained.language_known));
    lines.push(format!("milliseconds: {}", timings.join(", ")));
    lines.extend(explained.remembered.then(|| "remembered from an equal search".to_owned()));
    lines.push(format!("weights {}", explained.reranker.version));
    lines.extend(explained.reranker.instead.as_ref().map(|why| format!("a lesser order stands: {why}")));
    lines
}

/// The terms that counted most for the hit at this place.
pub fn counted(explained: &SearchExplanation, place: usize) -> Option<String> {
    let candidate = explained.candidates.iter().find(|candidate| candidate.place == Some(place))?;
    let named = |(name, value): &(String, f64)| format!("{name} {value:+.2}");
    let terms: Vec<String> = candidate.terms.0.iter().take(NAMED).map(named).collect();
    (!terms.is_empty()).then(|| format!("counted: {}", terms.join("; ")))
}

fn row(number: usize, one: &CandidateReply) -> String {
    let (dense, sparse) = (place(one.dense.as_ref(), 3), place(one.sparse.as_ref(), 2));
    let passage = shortened(&passage(one));
    let row =
        format!("{number:>3}. {:>6.2}  {dense}  {sparse}  {:>5.2}  {passage}  {}", one.score, one.fused, fate(one));
    row.trim_end().to_owned()
}

fn passage(one: &CandidateReply) -> String {
    match one.heading.as_str() {
        "" => one.title.clone(),
        heading if heading.starts_with(&one.title) => heading.to_owned(),
        heading => format!("{} > {heading}", one.title),
    }
}

/// Rank and score, eleven columns wide.
fn place(place: Option<&PlaceReply>, decimals: usize) -> String {
    let Some(place) = place else { return format!("{:>11}", "") };
    let rank = place.rank.map_or_else(|| "-".to_owned(), |rank| rank.to_string());
    format!("{rank:>4} {:>6.decimals$}", place.score)
}

fn fate(one: &CandidateReply) -> String {
    let of = one.of.as_ref().map_or_else(|| "another".to_owned(), |of| of.candidate.to_string());
    match (one.fate.as_str(), one.place) {
        ("given", Some(place)) => format!("given {place}"),
        ("copy_of", _) => format!("copy of {of}"),
        ("joined_to", _) => format!("joined to {of}"),
        ("beyond_limit", _) => "beyond limit".to_owned(),
        (other, _) => other.to_owned(),
    }
}

/// Exactly as wide as its column; the end of a heading says more than its middle.
fn shortened(text: &str) -> String {
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text: String = match chars.len() {
        many if many > TITLE => {
            let (begin, end) = (TITLE / 2 - 1, TITLE - TITLE / 2 - 1);
            chars[..begin].iter().chain(&['.', '.']).chain(&chars[many - end..]).collect()
        }
        _ => chars.into_iter().collect(),
    };
    format!("{text:<TITLE$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::wire::{Named, OtherReply, RerankerReply};

    fn candidate(title: &str, heading: &str, fate: &str, place: Option<usize>) -> CandidateReply {
        CandidateReply {
            document_id: "d".into(),
            title: title.into(),
            url: "u".into(),
            heading: heading.into(),
            ordinal: 1,
            dense: Some(PlaceReply { rank: Some(1), score: 0.7 }),
            sparse: None,
            fused: 0.5,
            score: 1.25,
            terms: Named::new([("title", 0.5), ("pairs", -0.25)]),
            signals: Named::default(),
            fate: fate.into(),
            place,
            of: (fate == "copy_of").then(|| OtherReply { candidate: 1, document_id: "d".into(), title: "A".into() }),
        }
    }

    fn explanation(candidates: Vec<CandidateReply>) -> SearchExplanation {
        SearchExplanation {
            asked_as: None,
            language_known: 1.0,
            confidence: 0.42,
            remembered: false,
            timings_ms: Named::new([("verify", 0.26), ("index", 1.0)]),
            reranker: RerankerReply { version: "7".into(), instead: None },
            candidates,
        }
    }

    #[test]
    fn a_row_says_where_and_what_became_of_it() {
        let mut looked_up = candidate(&"long ".repeat(30), "Guide > End", "copy_of", None);
        looked_up.dense = Some(PlaceReply { rank: None, score: 0.123_456 });
        looked_up.sparse = Some(PlaceReply { rank: Some(100), score: 1234.567 });
        let shown = lines(&explanation(vec![candidate("Refunds", "Refunds > Cards", "given", Some(1)), looked_up]));
        assert_eq!(
            shown[1],
            "  1.   1.25     1  0.700                0.50  Refunds > Cards                       given 1"
        );
        assert!(shown[2].ends_with("copy of 1") && shown[2].contains("-  0.123   100 1234.57"), "{}", shown[2]);
        assert!(shown.iter().all(|line| line.chars().count() <= 100), "{shown:#?}");
        assert_eq!(
            shown[4..],
            ["confidence 0.42, language known 1.00", "milliseconds: verify 0.3, index 1.0", "weights 7"]
        );
    }

    #[test]
    fn the_terms_of_a_hit_are_those_of_its_place() {
        let explained =
            explanation(vec![candidate("A", "", "beyond_limit", None), candidate("B", "", "given", Some(1))]);
        assert_eq!(counted(&explained, 1).as_deref(), Some("counted: title +0.50; pairs -0.25"));
        assert_eq!(counted(&explained, 2), None);
    }
}

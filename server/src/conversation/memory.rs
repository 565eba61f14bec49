//! What of a conversation goes along with a question: the last turns as they were, of the older ones those that speak of
//! what is asked, and of the rest a few facts that were quoted, behind a summary where there is one.
//!
//! Whatever it takes, it says what that rests on. Text in, text out: knows no store, no model and no clock.

use retrieval::followup;
use retrieval::words::{Asked, Held};

use super::{Answered, Turn, once_each};
use crate::store::{Cited, Part, Rest, Summary};

/// The last turns, which go along whatever they say.
pub const WINDOW: usize = 6;
/// No turn before these is looked at; what they said is in the summary, if anywhere.
pub const LOOKED_BACK: usize = 40;
/// Older turns that speak of what is asked.
const PICKED: usize = 2;
/// An answer that rests on more does not go along: what is made with it rests on all of that again, and the next on more.
pub const MOST_DOCUMENTS: usize = 48;
/// Of the notes, beside the summary.
const MOST_CHARACTERS: usize = 1_500;
const LONGEST_QUESTION: usize = 120;
const LONGEST_QUOTE: usize = 240;

/// What goes along, all of it readable by the eyes that ask.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    /// Oldest first; those that were picked stand before the last ones.
    pub turns: Vec<followup::Turn>,
    /// What else was said, in few words.
    pub notes: Option<String>,
    /// What all this rests on, each document once.
    pub rests: Vec<Rest>,
}

/// Of these turns, the newest of a conversation, as they may be read now.
pub fn remember(question: &str, turns: Vec<Turn>, summary: Option<Summary>) -> Memory {
    let mut older: Vec<Turn> = turns.into_iter().map(lent).collect();
    let window = older.split_off(older.len().saturating_sub(WINDOW));
    let picked = picked(question, &older, &window);
    let (noted, mut rests) = noted(&older, &picked, summary.as_ref());
    let notes = [summary.as_ref().map(|summary| summary.text.clone()), noted].into_iter().flatten();
    let notes = notes.collect::<Vec<String>>().join("\n");
    rests.extend(summary.map(|summary| summary.rests).unwrap_or_default());
    let going: Vec<Turn> =
        older.into_iter().zip(0..).filter(|(_, at)| picked.contains(at)).map(|(turn, _)| turn).collect();
    let going: Vec<Turn> = going.into_iter().chain(window).collect();
    rests.extend(going.iter().filter_map(|turn| turn.answer.as_ref()).flat_map(|answer| answer.rests.clone()));
    Memory {
        turns: going.into_iter().map(said).collect(),
        notes: (!notes.is_empty()).then_some(notes),
        rests: once_each(rests.into_iter()),
    }
}

/// The asker's own words always, the answer unless it rests on too much.
pub fn lent(turn: Turn) -> Turn {
    let answer = turn.answer.filter(|answer| once_each(answer.rests.iter().cloned()).len() <= MOST_DOCUMENTS);
    Turn { answer, ..turn }
}

/// Those that hold words of the question that no turn of the window holds: what the last turns speak of is at hand already.
fn picked(question: &str, older: &[Turn], window: &[Turn]) -> Vec<usize> {
    let asked = Asked::new(question);
    let at_hand = window
        .iter()
        .fold(Held::default(), |held, turn| held.or(asked.held_by(&turn.question)).or(asked.held_by(&subjects(turn))));
    let fresh = |turn: &Turn| {
        let held = asked.held_by(&turn.question).or(asked.held_by(&subjects(turn)));
        (0..asked.words().len()).filter(|at| held.has(*at) && !at_hand.has(*at)).count()
    };
    let mut ranked: Vec<(usize, usize)> = older
        .iter()
        .enumerate()
        .filter(|(_, turn)| turn.answer.is_some() && !turn.declined)
        .map(|(at, turn)| (fresh(turn), at))
        .collect();
    ranked.retain(|(fresh, _)| *fresh > 0);
    ranked.sort_unstable_by(|one, other| other.cmp(one));
    ranked.into_iter().take(PICKED).map(|(_, at)| at).collect()
}

/// What a turn is about: the titles and headings of what was quoted.
fn subjects(turn: &Turn) -> String {
    let cited = turn.answer.iter().flat_map(|answer| &answer.citations);
    cited.map(|cited| format!("{} {}. ", cited.title, cited.quoted.heading)).collect()
}

/// A line for each older turn that quoted something and is not in the summary, the picked ones first and then the newest,
/// as long as there is room; in the order in which they were said.
fn noted(older: &[Turn], picked: &[usize], summary: Option<&Summary>) -> (Option<String>, Vec<Rest>) {
    let held = summary.map_or(0, |summary| summary.turns);
    let newest = (0..older.len()).rev().filter(|at| !picked.contains(at) && older[*at].ordinal > held);
    let (mut lines, mut rests, mut left) = (Vec::new(), Vec::new(), MOST_CHARACTERS);
    for at in picked.iter().copied().chain(newest) {
        let Some((line, rest)) = note(&older[at]) else { continue };
        let Some(rest_of_room) = left.checked_sub(line.chars().count()) else { break };
        left = rest_of_room;
        lines.push((at, line));
        rests.push(rest);
    }
    lines.sort_unstable();
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    ((!lines.is_empty()).then(|| lines.join("\n")), rests)
}

/// What was wanted, and the first fact that was quoted for it.
fn note(turn: &Turn) -> Option<(String, Rest)> {
    let Answered { citations, rests, .. } = turn.answer.as_ref()?;
    let Cited { document, quoted, .. } = citations.first()?;
    let rest = rests.iter().find(|rest| rest.document == *document)?;
    let line = format!("- {} {}", begun(&turn.question, LONGEST_QUESTION), begun(&quoted.quote, LONGEST_QUOTE));
    Some((line, Rest { part: Part::Named, ..rest.clone() }))
}

/// On one line, and not all of it.
fn begun(text: &str, longest: usize) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(longest).collect()
}

/// As the rewrite and the prompt take it.
pub fn said(turn: Turn) -> followup::Turn {
    let Turn { question, answer, .. } = turn;
    let Some(Answered { text, citations, .. }) = answer else {
        return followup::Turn { question, ..followup::Turn::default() };
    };
    let mut sources: Vec<String> = Vec::new();
    for cited in citations {
        if !sources.contains(&cited.title) {
            sources.push(cited.title);
        }
    }
    followup::Turn { question, answer: text, sources }
}

#[cfg(test)]
mod tests {
    use retrieval::model::{DocumentId, PointId, VersionId};
    use uuid::Uuid;

    use super::*;
    use crate::store::Quoted;

    fn rest(document: u128) -> Rest {
        let [document, version, point] = [document; 3].map(Uuid::from_u128);
        Rest { document: DocumentId(document), version: VersionId(version), point: PointId(point), part: Part::Named }
    }

    /// A turn about this, answered from the document of the same number.
    fn turn(ordinal: i64, about: &str) -> Turn {
        let document = rest(ordinal as u128);
        let quote = format!("The fact of {about}.");
        let quoted = Quoted { n: 1, quote, bytes: 0..1, page: None, heading: String::new() };
        let cited = Cited {
            document: document.document,
            title: about.to_owned(),
            origin: String::new(),
            dated: None,
            quoted: quoted.clone(),
        };
        let rests = vec![Rest { part: Part::Cited(quoted), ..document }];
        Turn {
            ordinal,
            question: format!("What of {about}?"),
            answer: Some(Answered { text: format!("Answer {ordinal}"), citations: vec![cited], rests }),
            asked_as: None,
            declined: false,
            record: None,
            simulated: false,
            asked_ms: 0,
            told: None,
        }
    }

    fn talk(abouts: &[&str]) -> Vec<Turn> {
        (1..).zip(abouts).map(|(ordinal, about)| turn(ordinal, about)).collect()
    }

    fn answers(memory: &Memory) -> Vec<&str> {
        memory.turns.iter().map(|turn| turn.answer.as_str()).collect()
    }

    fn documents(memory: &Memory) -> Vec<u128> {
        let mut documents: Vec<u128> = memory.rests.iter().map(|rest| rest.document.0.as_u128()).collect();
        documents.sort_unstable();
        documents
    }

    const TEN: [&str; 10] =
        ["invoices", "holidays", "annual plans", "refunds", "cards", "desks", "rooms", "keys", "chairs", "lamps"];

    #[test]
    fn a_short_conversation_goes_along_as_it_is() {
        for many in 0..=WINDOW {
            let memory = remember("What of refunds?", talk(&TEN[..many]), None);
            assert_eq!((memory.turns.len(), memory.notes), (many, None));
            assert_eq!(memory.rests.len(), many);
        }
    }

    #[test]
    fn of_the_older_turns_those_that_speak_of_it_stand_before_the_last_ones() {
        let last = ["Answer 5", "Answer 6", "Answer 7", "Answer 8", "Answer 9", "Answer 10"];
        let check = |question: &str, picked: &[&str]| {
            let memory = remember(question, talk(&TEN), None);
            assert_eq!(answers(&memory), [picked, &last].concat(), "{question}");
        };
        check("and the annual plans?", &["Answer 3"]);
        check("Are refunds on the invoices?", &["Answer 1", "Answer 4"]);
        check("Are refunds on the invoices of annual plans?", &["Answer 3", "Answer 4"]);
        check("and for rooms?", &[]);
        check("why?", &[]);
    }

    #[test]
    fn what_is_at_hand_is_not_picked_again() {
        let mut turns = talk(&TEN);
        turns[9] = turn(10, "annual plans");
        assert_eq!(remember("and the annual plans?", turns, None).turns.len(), WINDOW);
    }

    #[test]
    fn the_rest_is_what_was_wanted_and_the_fact_that_was_quoted() {
        let notes = remember("why?", talk(&TEN[..8]), None).notes;
        let expected = "- What of invoices? The fact of invoices.\n- What of holidays? The fact of holidays.";
        assert_eq!(notes.as_deref(), Some(expected));
        let mut turns = talk(&TEN[..8]);
        turns[0].answer = None;
        turns[1].answer.as_mut().unwrap().citations.clear();
        let memory = remember("why?", turns, None);
        assert_eq!((memory.notes.as_deref(), documents(&memory)), (None, vec![3, 4, 5, 6, 7, 8]));
    }

    #[test]
    fn notes_go_on_from_the_summary() {
        let summary = Summary { turns: 2, text: "They want invoices.".into(), rests: vec![rest(1), rest(77)] };
        let memory = remember("why?", talk(&TEN), Some(summary.clone()));
        let expected = "They want invoices.\n- What of annual plans? The fact of annual plans.\n\
                        - What of refunds? The fact of refunds.";
        assert_eq!(memory.notes.as_deref(), Some(expected));
        assert_eq!(documents(&memory), [1, 3, 4, 5, 6, 7, 8, 9, 10, 77]);
        let memory = remember("What of holidays?", talk(&TEN), Some(summary));
        assert!(memory.notes.unwrap().contains("The fact of holidays."), "to the letter, though it is summed up");
    }

    #[test]
    fn what_is_hidden_is_not_remembered() {
        let mut turns = talk(&TEN);
        for turn in &mut turns {
            turn.answer = None;
        }
        let memory = remember("and the annual plans?", turns, None);
        assert!(answers(&memory).iter().all(|answer| answer.is_empty()) && memory.turns.len() == WINDOW);
        assert_eq!((memory.notes, memory.rests), (None, Vec::new()));
    }

    #[test]
    fn an_answer_that_rests_on_too_much_does_not_go_along() {
        for (many, expected) in [(MOST_DOCUMENTS, "Answer 1"), (MOST_DOCUMENTS + 1, "")] {
            let mut turns = talk(&TEN[..1]);
            turns[0].answer.as_mut().unwrap().rests = (0..many as u128).map(rest).collect();
            let memory = remember("why?", turns, None);
            assert_eq!(answers(&memory), [expected]);
            assert_eq!(memory.rests.len(), if expected.is_empty() { 0 } else { many });
        }
    }

    #[test]
    fn there_is_a_most_of_everything() {
        let long = "word ".repeat(800);
        let turns: Vec<Turn> = (1..=200).map(|ordinal| turn(ordinal, &long)).collect();
        let memory = remember(&long, turns, None);
        let notes = memory.notes.clone().unwrap();
        assert!(notes.chars().count() <= MOST_CHARACTERS + PICKED + LOOKED_BACK && notes.lines().count() >= 4);
        assert!(notes.ends_with(&begun(&format!("The fact of {long}"), LONGEST_QUOTE)));
        assert!(memory.turns.len() <= WINDOW + PICKED && memory.rests.len() <= LOOKED_BACK);
    }
}

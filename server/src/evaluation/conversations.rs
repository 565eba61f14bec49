//! Follow-ups: does the question, made to stand alone, find what a hand-written one finds?

use std::collections::BTreeMap;

use retrieval::search::Depth;
use serde::{Deserialize, Serialize};

use super::answers::{Front, documents, is_one_of};
use super::figures::share;
use super::followup::stand_alone;
use super::gold::Conversation;

const SHOWN: usize = 10;

/// As they are printed, by kind of follow-up; `all` and `held_back` are kinds of their own.
pub type Numbers = BTreeMap<String, Kind>;

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Kind {
    pub questions: usize,
    /// As it was typed.
    pub raw: Hits,
    /// As the house made it stand alone.
    pub rewritten: Hits,
    /// As a person did.
    pub by_hand: Hits,
}

/// Share of the questions whose document is the first, and among the first five.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Hits {
    pub hit_at_1: f64,
    pub hit_at_5: f64,
}

/// Place of the right document, from 0, for each way to ask: raw, rewritten, by hand.
type Places = [Option<usize>; 3];

/// Ask every question in all three ways.
pub async fn measure(front: &Front<'_>, conversations: &[Conversation]) -> anyhow::Result<Numbers> {
    let mut kinds: BTreeMap<String, Vec<Places>> = BTreeMap::new();
    for conversation in conversations {
        let rewritten = stand_alone(&conversation.question, &conversation.history);
        let mut places = [None; 3];
        for (place, text) in places.iter_mut().zip([&conversation.question, &rewritten, &conversation.stand_alone]) {
            *place = find(front, conversation, text).await?;
        }
        let held_back = conversation.held_back.then_some("held_back");
        for kind in [Some("all"), held_back, Some(conversation.kind.as_str())].into_iter().flatten() {
            kinds.entry(kind.to_owned()).or_default().push(places);
        }
    }
    Ok(kinds.into_iter().map(|(kind, places)| (kind, summary(&places))).collect())
}

async fn find(front: &Front<'_>, conversation: &Conversation, text: &str) -> anyhow::Result<Option<usize>> {
    let clearance = (front.asker)(&conversation.asker)?.clearance()?;
    let found = front.house.answerer.searcher().search(&clearance, text, Depth::Full, SHOWN).await?;
    let found = documents(found.passages.iter().map(|scored| front.seed.document(&scored.passage.origin)));
    Ok(found.iter().position(|document| is_one_of(document, &conversation.documents)))
}

fn summary(places: &[Places]) -> Kind {
    let hits = |way: usize| {
        let within = |most: usize| {
            let hits = places.iter().filter(|places| places[way].is_some_and(|place| place < most)).count();
            share(hits, places.len())
        };
        Hits { hit_at_1: within(1), hit_at_5: within(5) }
    };
    Kind { questions: places.len(), raw: hits(0), rewritten: hits(1), by_hand: hits(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_become_shares() {
        let kind = summary(&[[None, Some(0), Some(0)], [Some(4), Some(2), Some(0)]]);
        assert_eq!(kind.questions, 2);
        assert_eq!(kind.raw, Hits { hit_at_1: 0.0, hit_at_5: 0.5 });
        assert_eq!(kind.rewritten, Hits { hit_at_1: 0.5, hit_at_5: 1.0 });
        assert_eq!(kind.by_hand, Hits { hit_at_1: 1.0, hit_at_5: 1.0 });
    }
}

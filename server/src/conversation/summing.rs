//! Summing up: what the window has left behind, shortened by a language model where there is one.
//!
//! Made after an answer was given, so that nobody waits for it; a question that comes sooner has the older turns' quotes
//! instead. A summary goes on from the one before as long as the eyes that ask may read that, and begins anew otherwise.

use retrieval::access::Principal;

use super::memory::{MOST_DOCUMENTS, WINDOW, lent, said};
use super::{ConversationError, Conversations, Talk, once_each};
use crate::answer::Rewriter;
use crate::store::{Rest, Summary, Turn};

/// Turns between two summaries.
const STEP: i64 = 6;
/// Turns that are shortened at once: a small model has a small window.
const MOST_TURNS: i64 = 12;

impl Conversations {
    /// Up to the last turn, when enough was left behind that is worth it.
    pub async fn sum_up(&self, talk: &Talk, last: i64, eyes: &Principal, rewriter: &Rewriter) {
        if let Err(error) = self.put_summary(talk, last, eyes, rewriter).await {
            tracing::warn!(%error, "a conversation was not summed up");
        }
    }

    async fn put_summary(
        &self,
        talk: &Talk,
        last: i64,
        eyes: &Principal,
        rewriter: &Rewriter,
    ) -> Result<(), ConversationError> {
        let until = last - WINDOW as i64;
        if rewriter.model.is_none() || until < STEP {
            return Ok(());
        }
        let (clearance, conversation) = (eyes.clearance()?, &talk.conversation);
        let earlier = self.store.summary(&clearance, conversation).await?;
        let from = earlier.as_ref().map_or(0, |earlier| earlier.turns);
        if until - from < STEP {
            return Ok(());
        }
        let from = from.max(until - MOST_TURNS);
        let turns = self.store.turns(&clearance, conversation, from, (until - from) as usize).await?;
        let turns: Vec<Turn> = turns.into_iter().map(lent).collect();
        let Some((earlier, rests)) = resting(earlier, &turns) else { return Ok(()) };
        let turns: Vec<_> = turns.into_iter().map(said).collect();
        if let Some(text) = rewriter.shortened(earlier.as_deref(), &turns).await {
            self.store.summary_put(conversation, &Summary { turns: until, text, rests }).await?;
        }
        Ok(())
    }
}

/// What a summary goes on from, and all that it will rest on. One that would rest on too much begins anew, because it would be
/// hidden with the first of so many documents; `None` when the turns alone do.
fn resting(earlier: Option<Summary>, turns: &[Turn]) -> Option<(Option<String>, Vec<Rest>)> {
    let of_turns = || turns.iter().filter_map(|turn| turn.answer.as_ref()).flat_map(|answer| answer.rests.clone());
    let (text, before) = earlier.map(|earlier| (earlier.text, earlier.rests)).unzip();
    let all = once_each(before.into_iter().flatten().chain(of_turns()));
    if all.len() <= MOST_DOCUMENTS {
        return Some((text, all));
    }
    Some((None, once_each(of_turns()))).filter(|(_, rests)| rests.len() <= MOST_DOCUMENTS)
}

#[cfg(test)]
mod tests {
    use retrieval::model::{DocumentId, PointId, VersionId};
    use uuid::Uuid;

    use super::*;
    use crate::store::{Answered, Part};

    /// On these documents.
    fn rests(documents: std::ops::Range<u128>) -> Vec<Rest> {
        let rest = |document| {
            let [document, version, point] = [document; 3].map(Uuid::from_u128);
            Rest {
                document: DocumentId(document),
                version: VersionId(version),
                point: PointId(point),
                part: Part::Named,
            }
        };
        documents.map(rest).collect()
    }

    fn turn(documents: std::ops::Range<u128>) -> Turn {
        Turn {
            ordinal: 1,
            question: "why?".into(),
            answer: Some(Answered { text: String::new(), citations: Vec::new(), rests: rests(documents) }),
            asked_as: None,
            declined: false,
            record: None,
            simulated: false,
            asked_ms: 0,
            told: None,
        }
    }

    #[test]
    fn a_summary_rests_on_all_that_went_into_it_and_on_no_more_than_it_may() {
        let earlier = |documents| Some(Summary { turns: 6, text: "Before.".into(), rests: rests(documents) });
        let hidden = Turn { answer: None, ..turn(0..9) };
        let check = |earlier: Option<Summary>, turns: &[Turn], expected: Option<(bool, usize)>| {
            let found = resting(earlier, turns).map(|(before, rests)| (before.is_some(), rests.len()));
            assert_eq!(found, expected);
        };
        check(None, &[], Some((false, 0)));
        check(None, &[turn(0..2), turn(1..3), hidden], Some((false, 3)));
        check(earlier(0..2), &[turn(1..4)], Some((true, 4)));
        check(earlier(0..40), &[turn(40..48)], Some((true, 48)));
        check(earlier(0..40), &[turn(40..49)], Some((false, 9)));
        check(earlier(0..2), &[turn(0..30), turn(30..49)], None);
    }
}

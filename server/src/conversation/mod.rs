//! Conversations: what somebody asked before, kept for them alone and shown no longer than it is readable.
//!
//! Whose a conversation is and what of it may be read are two questions. The first is answered by who really asks: a
//! person, a key, the operator, or a visitor who holds the conversation's secret; nobody else's is there for them, not
//! for an admin either. The second is answered by the clearance of the eyes that look, now: an answer that rests on
//! something hidden from them is neither shown nor told to a language model. Knows no SQL and no HTTP.
//!
//! What is asked with borrowed eyes is kept like anything else when it is asked in a conversation, and marked: it is the
//! asker's own, so that nothing of it stands among the things of whoever's eyes they were, and what goes into the next
//! question is judged by the eyes of that question. Not keeping it would leave the command line, which always looks
//! through somebody's eyes, without conversations.

mod owner;

use retrieval::access::{AccessError, Clearance, Principal};
use retrieval::followup;
use retrieval::model::ConversationId;

use crate::answer::Answer;
use crate::config::Secret;
use crate::people::secret::{Minted, NoChance, Purpose, mint};
use crate::store::{NewTurn, Part, Quoted, Rest, Store};

pub use crate::store::{Answered, Cited, Conversation, StoreError, Turn};
pub use owner::{Claim, LONGEST_NAME};

/// What is said in place of an answer that rests on something hidden.
pub const MASKED: &str = "This answer rested on documents that you can no longer read.";
/// As many turns as a question may lean on; older ones have been left behind.
const REMEMBERED: usize = 6;

/// Why a conversation could not be begun or found.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// Somebody else's, over, or never there: the same for all.
    #[error("there is no such conversation")]
    Absent,
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    NoChance(#[from] NoChance),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A conversation that was begun.
#[derive(Debug)]
pub struct Begun {
    pub conversation: Conversation,
    /// Told this once, to a visitor, who has nothing else to be known by.
    pub secret: Option<Secret>,
}

/// A conversation in which something is being asked.
#[derive(Debug)]
pub struct Talk {
    conversation: Conversation,
    /// What was said before, as far as the eyes that ask may read it.
    pub history: Vec<followup::Turn>,
    /// What the answers in the history rest on.
    carried: Vec<Rest>,
}

/// Where a turn was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    pub conversation: ConversationId,
    pub ordinal: i64,
}

/// Looks after conversations.
#[derive(Clone)]
pub struct Conversations {
    store: Store,
}

impl Conversations {
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// A new one of this principal's own.
    pub async fn begin(&self, principal: &Principal) -> Result<Begun, ConversationError> {
        let minted = match owner::is_visitor(principal) {
            true => Some(mint(Purpose::Conversation)?),
            false => None,
        };
        let (secret, hash) = minted.map(|Minted { text, hash }| (text, hash)).unzip();
        let owner = owner::of(principal, hash).ok_or(ConversationError::Absent)?;
        let begun = self.store.conversation_insert(principal.workspace(), &owner, None).await?;
        Ok(Begun { conversation: begun.ok_or(ConversationError::Absent)?, secret })
    }

    /// Go on with a conversation, looking through these eyes. The operator's is made when it is first named.
    pub async fn resume(&self, claim: Claim<'_>, eyes: &Principal) -> Result<Talk, ConversationError> {
        let clearance = eyes.clearance()?;
        let conversation = match self.load_owned(claim).await {
            Err(ConversationError::Absent) => self.make_named(claim).await?,
            found => found?,
        };
        let turns = self.store.turns_last(&clearance, &conversation, REMEMBERED).await?;
        let carried = turns.iter().filter_map(|turn| turn.answer.as_ref()).flat_map(|answer| &answer.rests);
        let carried = once_each(carried.map(|rest| Rest { part: Part::Carried, ..rest.clone() }));
        Ok(Talk { conversation, history: turns.into_iter().map(remembered).collect(), carried })
    }

    /// Keep what was asked and answered. `None` when the conversation ended meanwhile, or when it could not be written, as
    /// on a full disk: the answer stands, reading goes on.
    pub async fn keep(&self, talk: &Talk, eyes: &Principal, question: &str, answer: &Answer) -> Option<Kept> {
        let kept = self.append(talk, eyes, question, answer).await;
        kept.inspect_err(|error| tracing::warn!(%error, "an answer was given but not kept in its conversation"))
            .ok()
            .flatten()
    }

    async fn append(
        &self,
        talk: &Talk,
        eyes: &Principal,
        question: &str,
        answer: &Answer,
    ) -> Result<Option<Kept>, ConversationError> {
        let (rests, fingerprint) = (rests(talk, answer), eyes.clearance()?.fingerprint());
        let new = NewTurn {
            question,
            asked_as: answer.asked_as.as_deref(),
            answer: &answer.text,
            declined: answer.declined,
            record: answer.record,
            clearance: fingerprint.as_str(),
            simulated: eyes.is_simulated(),
            rests: &rests,
        };
        let ordinal = self.store.turn_append(&talk.conversation, &new).await?;
        Ok(ordinal.map(|ordinal| Kept { conversation: talk.conversation.id, ordinal }))
    }

    /// One's own, the newest first, from behind `before` on.
    pub async fn list(
        &self,
        principal: &Principal,
        before: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<Conversation>, ConversationError> {
        let owner = owner::of(principal, None).ok_or(ConversationError::Absent)?;
        Ok(self.store.conversations(principal.workspace(), &owner, before, limit).await?)
    }

    /// A conversation and its turns from behind `after` on, as far as its owner may read them now.
    pub async fn read(
        &self,
        claim: Claim<'_>,
        clearance: &Clearance,
        after: i64,
        limit: usize,
    ) -> Result<(Conversation, Vec<Turn>), ConversationError> {
        let conversation = self.load_owned(claim).await?;
        let turns = self.store.turns(clearance, &conversation, after, limit).await?;
        Ok((conversation, turns))
    }

    /// With all that was said in it.
    pub async fn remove(&self, claim: Claim<'_>) -> Result<(), ConversationError> {
        let (owner, id) = claim.parse().ok_or(ConversationError::Absent)?;
        match self.store.conversation_remove(claim.principal.workspace(), &owner, id).await? {
            true => Ok(()),
            false => Err(ConversationError::Absent),
        }
    }

    /// The one way to a conversation.
    async fn load_owned(&self, claim: Claim<'_>) -> Result<Conversation, ConversationError> {
        let (owner, id) = claim.parse().ok_or(ConversationError::Absent)?;
        let found = self.store.conversation(claim.principal.workspace(), &owner, id).await?;
        found.ok_or(ConversationError::Absent)
    }

    async fn make_named(&self, claim: Claim<'_>) -> Result<Conversation, ConversationError> {
        let (owner, id) = claim.parse().filter(|_| claim.may_name()).ok_or(ConversationError::Absent)?;
        let workspace = claim.principal.workspace();
        match self.store.conversation_insert(workspace, &owner, Some(id)).await? {
            Some(made) => Ok(made),
            // Made by another command at this moment, or the id is somebody else's.
            None => self.load_owned(claim).await,
        }
    }
}

/// What goes along with the next question. The asker's own words stay when the answer may not.
fn remembered(turn: Turn) -> followup::Turn {
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

/// All that a turn is going to rest on.
fn rests(talk: &Talk, answer: &Answer) -> Vec<Rest> {
    let cited = answer.citations.iter().map(|citation| Rest {
        document: citation.document,
        version: citation.version,
        point: citation.point,
        part: Part::Cited(Quoted {
            n: citation.n,
            quote: citation.quote.clone(),
            bytes: citation.bytes.clone(),
            page: citation.page,
            heading: citation.heading.clone(),
        }),
    });
    let named = answer.named.iter().map(|named| Rest {
        document: named.document,
        version: named.version,
        point: named.point,
        part: Part::Named,
    });
    let carried = talk.carried.iter().filter(|_| answer.leans).cloned();
    cited.chain(named).chain(carried).collect()
}

/// One for each document.
fn once_each(rests: impl Iterator<Item = Rest>) -> Vec<Rest> {
    let mut seen = std::collections::HashSet::new();
    rests.filter(|rest| seen.insert(rest.document)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_not_remembered() {
        let turn = Turn {
            ordinal: 1,
            question: "How long?".into(),
            answer: None,
            asked_as: Some("refunds: How long?".into()),
            declined: false,
            record: None,
            simulated: false,
            asked_ms: 0,
        };
        let expected = followup::Turn { question: "How long?".into(), ..followup::Turn::default() };
        assert_eq!(remembered(turn), expected);
    }
}

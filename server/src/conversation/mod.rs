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

mod handoff;
mod listed;
mod memory;
mod owner;
mod summing;
mod title;

use std::sync::Arc;

use retrieval::access::{AccessError, Clearance, Principal};
use retrieval::followup;
use retrieval::model::ConversationId;

use crate::answer::{Answer, Answerer, Team};
use crate::config::Secret;
use crate::people::secret::{Minted, NoChance, Purpose, mint};
use crate::store::{NewTurn, Part, Quoted, Rest, Store};

pub use crate::store::{Answered, Cited, Conversation, Handoff, Looked, Mark, Reply, StoreError, Told, Turn, Waiting};
pub use handoff::{LONGEST_REPLY, Transcript};
pub use listed::{Listed, Wanted};
use memory::{LOOKED_BACK, Memory, remember};
pub use owner::{Claim, LONGEST_NAME};
pub use title::{LONGEST_TITLE, Title, TitleError};

/// What is said in place of an answer that rests on something hidden.
pub const MASKED: &str = "This answer rested on documents that you can no longer read.";

/// Why a conversation could not be begun or found.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// Somebody else's, over, or never there: the same for all.
    #[error("there is no such conversation")]
    Absent,
    #[error("nobody takes conversations over in this house")]
    Nobody,
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
    /// What else was said before, in few words.
    pub notes: Option<String>,
    /// What the answers in the history and the notes rest on.
    carried: Vec<Rest>,
    /// How many of the last answers were none.
    failed: usize,
}

/// Where a turn was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub conversation: ConversationId,
    pub ordinal: i64,
    /// That the conversation waits for a person, and why.
    pub handoff: Option<Handoff>,
}

/// What was said in a conversation, as far as its owner may read it now.
#[derive(Debug)]
pub struct Said {
    pub conversation: Conversation,
    pub turns: Vec<Turn>,
    /// What people said who took it over.
    pub replies: Vec<Reply>,
    /// That it waits for a person, and why.
    pub handoff: Option<Handoff>,
}

/// Looks after conversations.
#[derive(Clone)]
pub struct Conversations {
    store: Store,
    team: Option<Arc<Team>>,
}

impl Conversations {
    /// Where nobody takes any over.
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), team: None }
    }

    pub fn of(answerer: &Answerer) -> Self {
        Self { store: answerer.store.clone(), team: answerer.team.clone() }
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

    /// Go on with a conversation by asking this, looking through these eyes. The operator's is made when it is first named.
    pub async fn resume(&self, claim: Claim<'_>, eyes: &Principal, question: &str) -> Result<Talk, ConversationError> {
        let clearance = eyes.clearance()?;
        let conversation = match self.load_owned(claim).await {
            Err(ConversationError::Absent) => self.make_named(claim).await?,
            found => found?,
        };
        let turns = self.store.turns_last(&clearance, &conversation, LOOKED_BACK).await?;
        let failed = turns.iter().rev().take_while(|turn| turn.declined).count();
        let summary = self.store.summary(&clearance, &conversation).await?;
        let Memory { turns: history, notes, rests: carried } = remember(question, turns, summary);
        Ok(Talk { conversation, history, notes, carried, failed })
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
        let (rests, fingerprint) = (rests(&talk.carried, answer), eyes.clearance()?.fingerprint());
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
        let Some(ordinal) = ordinal else { return Ok(None) };
        let handoff = self.watch(talk, eyes, question, answer).await?;
        Ok(Some(Kept { conversation: talk.conversation.id, ordinal, handoff }))
    }

    /// A conversation and its turns from behind `after` on, as far as its owner may read them now.
    pub async fn read(
        &self,
        claim: Claim<'_>,
        clearance: &Clearance,
        after: i64,
        limit: usize,
    ) -> Result<Said, ConversationError> {
        let conversation = self.load_owned(claim).await?;
        let mut turns = self.store.turns(clearance, &conversation, after, limit).await?;
        self.store.turns_tell(clearance, &mut turns).await?;
        let replies = self.store.replies(&conversation).await?;
        let handoff = self.standing(&conversation).await?;
        Ok(Said { conversation, turns, replies, handoff })
    }

    /// Call it so, from now on.
    pub async fn rename(&self, claim: Claim<'_>, title: &Title) -> Result<Conversation, ConversationError> {
        let (owner, id) = claim.parse().ok_or(ConversationError::Absent)?;
        match self.store.conversation_rename(claim.principal.workspace(), &owner, id, title.as_str()).await? {
            true => self.load_owned(claim).await,
            false => Err(ConversationError::Absent),
        }
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

/// All that a turn is going to rest on, whose question was asked after answers that rest on these.
fn rests(carried: &[Rest], answer: &Answer) -> Vec<Rest> {
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
    let lent = |part: Part| {
        let leaning = carried.iter().filter(|_| answer.leans);
        leaning.map(move |rest| Rest { part: part.clone(), ..rest.clone() })
    };
    // A model that was told of earlier answers may have taken words from them, cited or not; quotes hold their own alone.
    let worded = lent(Part::Named).filter(|_| answer.is_worded());
    cited.chain(named).chain(worded).chain(lent(Part::Carried)).collect()
}

/// One for each document.
fn once_each(rests: impl Iterator<Item = Rest>) -> Vec<Rest> {
    let mut seen = std::collections::HashSet::new();
    rests.filter(|rest| seen.insert(rest.document)).collect()
}

#[cfg(test)]
mod tests {
    use retrieval::model::{DocumentId, PointId, VersionId};
    use uuid::Uuid;

    use super::*;

    /// In a model's words or in quotes, and leaning on what was said before or not.
    fn answer(mode: &'static str, leans: bool) -> Answer {
        Answer {
            text: "Ten days.".into(),
            declined: false,
            citations: Vec::new(),
            disagreeing: Vec::new(),
            named: Vec::new(),
            mode,
            model: "m".into(),
            notice: None,
            is_cut: false,
            leans,
            took_ms: 0,
            asked_as: None,
            record: None,
            sources: Vec::new(),
        }
    }

    #[test]
    fn an_answer_rests_on_what_its_words_may_come_from() {
        let [document, version, point] = [Uuid::from_u128(7); 3];
        let before = [Rest {
            document: DocumentId(document),
            version: VersionId(version),
            point: PointId(point),
            part: Part::Named,
        }];
        let check = |mode, leans, expected: &[Part]| {
            let parts: Vec<Part> = rests(&before, &answer(mode, leans)).into_iter().map(|rest| rest.part).collect();
            assert_eq!(parts, expected, "{mode} {leans}");
        };
        check("generated", true, &[Part::Named, Part::Carried]);
        check("generated", false, &[]);
        check("extractive", true, &[Part::Carried]);
        check("extractive", false, &[]);
    }
}

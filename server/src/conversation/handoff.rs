//! Conversations that are passed on to a person: when, and what becomes of them.
//!
//! Their owner is told that it is so and reads what people say. Whoever takes one over sees it with their own clearance:
//! answers that rest on what they may not read are masked for them as for anybody.

use std::sync::Arc;

use retrieval::access::{Clearance, Principal};
use uuid::Uuid;

use super::{Claim, Conversation, ConversationError, Conversations, Talk, Turn};
use crate::answer::{Answer, Concern, Question, Team};
use crate::store::{Handoff, Reply, Waiting};

/// Of what a person says at once.
pub const LONGEST_REPLY: usize = 8_000;

/// A conversation that somebody takes over, as far as they may read it.
#[derive(Debug)]
pub struct Transcript {
    pub handoff: Handoff,
    pub turns: Vec<Turn>,
    pub replies: Vec<Reply>,
}

impl Conversations {
    /// The team, if what was said is for a person and not for the documents. With borrowed eyes nobody calls for people.
    pub fn called(&self, eyes: &Principal, question: &Question) -> Option<Arc<Team>> {
        self.team.clone().filter(|team| !eyes.is_simulated() && team.is_wanted(question))
    }

    /// Pass it on because its owner says so.
    pub async fn pass_on(&self, claim: Claim<'_>) -> Result<Handoff, ConversationError> {
        let conversation = self.load_owned(claim).await?;
        if self.team.is_none() {
            return Err(ConversationError::Nobody);
        }
        self.open(claim.principal, &conversation, &Concern::Asked).await?;
        self.store.handoff_of(&conversation).await?.ok_or(ConversationError::Absent)
    }

    /// Pass it on if what was just said, or what became of it, is a reason. How it stands with it afterwards.
    pub(super) async fn watch(
        &self,
        talk: &Talk,
        eyes: &Principal,
        question: &str,
        answer: &Answer,
    ) -> Result<Option<Handoff>, ConversationError> {
        let concern = self.team.as_deref().and_then(|team| team.concern(question, answer, talk.failed));
        if let Some(concern) = concern.filter(|_| !eyes.is_simulated()) {
            self.open(eyes, &talk.conversation, &concern).await?;
        }
        let standing = self.standing(&talk.conversation).await?;
        if standing.is_some() {
            self.store.handoff_widen(&talk.conversation, eyes.clearance()?.reach()).await?;
        }
        Ok(standing)
    }

    /// Whether it waits for a person.
    pub(super) async fn standing(&self, conversation: &Conversation) -> Result<Option<Handoff>, ConversationError> {
        Ok(self.store.handoff_of(conversation).await?.filter(|handoff| handoff.is_open))
    }

    async fn open(
        &self,
        owner: &Principal,
        conversation: &Conversation,
        concern: &Concern,
    ) -> Result<(), ConversationError> {
        let clearance = owner.clearance()?;
        let (workspace, reach) = (owner.workspace(), clearance.reach());
        let opened = self.store.handoff_open(workspace, conversation, concern.named(), reach).await?;
        if opened {
            metrics::counter!("lectern_handoffs_total", "reason" => concern.named().0).increment(1);
        }
        Ok(())
    }

    /// What waits for a person, or did, the newest first.
    pub async fn inbox(
        &self,
        clearance: &Clearance,
        waiting: Waiting,
        limit: usize,
    ) -> Result<Vec<Handoff>, ConversationError> {
        Ok(self.store.handoffs(clearance, waiting, limit).await?)
    }

    /// All that was said in a conversation that was passed on, with the eyes of whoever takes it over.
    pub async fn transcript(&self, clearance: &Clearance, id: Uuid) -> Result<Transcript, ConversationError> {
        let (handoff, conversation) = self.passed_on(clearance, id).await?;
        let mut turns = self.store.turns(clearance, &conversation, 0, usize::MAX).await?;
        self.store.turns_tell(clearance, &mut turns).await?;
        let replies = self.store.replies(&conversation).await?;
        Ok(Transcript { handoff, turns, replies })
    }

    /// Say something in it, for its owner to read.
    pub async fn reply(&self, clearance: &Clearance, id: Uuid, text: &str) -> Result<(), ConversationError> {
        let (handoff, _) = self.passed_on(clearance, id).await?;
        match self.store.reply_insert(&handoff, text).await? {
            true => Ok(()),
            false => Err(ConversationError::Absent),
        }
    }

    /// It needs nobody any more. False when that was so already.
    pub async fn resolve(&self, clearance: &Clearance, id: Uuid) -> Result<bool, ConversationError> {
        let (handoff, _) = self.passed_on(clearance, id).await?;
        Ok(self.store.handoff_resolve(&handoff).await?)
    }

    async fn passed_on(&self, clearance: &Clearance, id: Uuid) -> Result<(Handoff, Conversation), ConversationError> {
        let handoff = self.store.handoff(clearance, id).await?.ok_or(ConversationError::Absent)?;
        let conversation = self.store.conversation_passed_on(&handoff).await?;
        Ok((handoff, conversation.ok_or(ConversationError::Absent)?))
    }
}

//! One's own conversations, page by page: all of them, or those that hold some words.
//!
//! How far one looks for words depends on how many conversations there are, never on what is hidden in them: a page is as
//! long, and goes on at the same place, as if an answer that is masked had never been given. Knows no SQL and no HTTP.

use retrieval::access::{Clearance, Principal};
use retrieval::model::ConversationId;

use super::{Conversation, ConversationError, Conversations, owner};
use crate::store::Owner;

/// Looked through at a time.
const HANDFUL: usize = 50;
/// Looked through for one page; whoever wants more goes on behind it.
const MOST_LOOKED_AT: usize = 2_000;

/// Which page is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// From behind this one on.
    pub before: Option<ConversationId>,
    pub limit: usize,
    /// In the title, in a question, or in an answer that may be read.
    pub words: Option<String>,
}

/// A page, the newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    pub conversations: Vec<Conversation>,
    /// Where the next page goes on, when there may be one.
    pub next: Option<ConversationId>,
}

impl Conversations {
    pub async fn list(
        &self,
        principal: &Principal,
        clearance: &Clearance,
        wanted: &Wanted,
    ) -> Result<Listed, ConversationError> {
        let owner = owner::of(principal, None).ok_or(ConversationError::Absent)?;
        match &wanted.words {
            Some(words) => self.saying(principal, &owner, clearance, (wanted, words)).await,
            None => {
                let found = self.page(principal, &owner, wanted.before, wanted.limit).await?;
                let next = found.last().filter(|_| found.len() == wanted.limit).map(|last| last.id);
                Ok(Listed { conversations: found, next })
            }
        }
    }

    async fn saying(
        &self,
        principal: &Principal,
        owner: &Owner,
        clearance: &Clearance,
        (wanted, words): (&Wanted, &str),
    ) -> Result<Listed, ConversationError> {
        let (mut found, mut at, mut looked_at) = (Vec::new(), wanted.before, 0);
        while looked_at < MOST_LOOKED_AT {
            let handful = self.page(principal, owner, at, HANDFUL).await?;
            let saying = self.store.conversations_saying(clearance, &handful, words).await?;
            let is_last = handful.len() < HANDFUL;
            looked_at += handful.len();
            for conversation in handful {
                at = Some(conversation.id);
                if saying.contains(&conversation.id) {
                    found.push(conversation);
                }
                if found.len() == wanted.limit {
                    return Ok(Listed { conversations: found, next: at });
                }
            }
            if is_last {
                return Ok(Listed { conversations: found, next: None });
            }
        }
        Ok(Listed { conversations: found, next: at })
    }

    async fn page(
        &self,
        principal: &Principal,
        owner: &Owner,
        before: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<Conversation>, ConversationError> {
        Ok(self.store.conversations(principal.workspace(), owner, before, limit).await?)
    }
}

//! Where something was said: which conversations hold these words, as far as their owner may read them now.
//!
//! Names and questions are the owner's own. An answer counts only while all that it rests on is readable; whether it
//! does is asked of every turn that holds the words, and no text of it is loaded for that. Knows no order and no page.

use std::collections::{BTreeMap, BTreeSet};

use retrieval::access::Clearance;
use retrieval::model::{ConversationId, DocumentId};

use super::conversation::Conversation;
use super::phrase::{Phrase, anywhere};
use super::{Store, StoreError, rows};

/// A turn whose answer holds the words, and one of the documents that it rests on, if any.
type HeldRow = (String, i64, Option<String>);

impl Store {
    /// Those of these conversations that hold the words.
    pub async fn conversations_saying(
        &self,
        clearance: &Clearance,
        among: &[Conversation],
        words: &str,
    ) -> Result<BTreeSet<ConversationId>, StoreError> {
        if among.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut saying = self.asked_or_called(among, words).await?;
        let rest: Vec<&Conversation> = among.iter().filter(|one| !saying.contains(&one.id)).collect();
        saying.extend(self.answered(clearance, &rest, words).await?);
        Ok(saying)
    }

    async fn asked_or_called(
        &self,
        among: &[Conversation],
        words: &str,
    ) -> Result<BTreeSet<ConversationId>, StoreError> {
        let mut phrase = Phrase::new("SELECT c.id FROM conversations c WHERE ");
        narrow(&mut phrase, "c.id", among.iter());
        let [title, question] = ["c.title", "t.question"].map(|column| holding(&mut phrase, column, words));
        phrase.push(&format!(
            " AND ({title} OR EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.id AND ({question})))"
        ));
        let found: Vec<(String,)> = phrase.fetch_all(&self.reader).await?;
        found.into_iter().map(|(id,)| rows::id(&id)).collect()
    }

    async fn answered(
        &self,
        clearance: &Clearance,
        among: &[&Conversation],
        words: &str,
    ) -> Result<BTreeSet<ConversationId>, StoreError> {
        if among.is_empty() {
            return Ok(BTreeSet::new());
        }
        // What was carried hides what was searched for, not the answer.
        let mut phrase = Phrase::new(
            "SELECT t.conversation_id, t.ordinal, p.document_id FROM turns t LEFT JOIN turn_passages p \
             ON p.conversation_id = t.conversation_id AND p.turn = t.ordinal AND p.part <> 'carried' WHERE ",
        );
        narrow(&mut phrase, "t.conversation_id", among.iter().copied());
        let answer = holding(&mut phrase, "t.answer", words);
        phrase.push(&format!(" AND ({answer})"));
        let held: Vec<HeldRow> = phrase.fetch_all(&self.reader).await?;
        self.still_readable(clearance, held).await
    }

    async fn still_readable(
        &self,
        clearance: &Clearance,
        held: Vec<HeldRow>,
    ) -> Result<BTreeSet<ConversationId>, StoreError> {
        let mut turns: BTreeMap<(ConversationId, i64), Vec<DocumentId>> = BTreeMap::new();
        for (conversation, ordinal, document) in held {
            let rests = turns.entry((rows::id(&conversation)?, ordinal)).or_default();
            if let Some(document) = document {
                rests.push(rows::id(&document)?);
            }
        }
        let documents: BTreeSet<DocumentId> = turns.values().flatten().copied().collect();
        let readable = self.documents_readable(clearance, documents.into_iter().collect()).await?;
        let whole = turns.into_iter().filter(|(_, rests)| rests.iter().all(|rest| readable.contains_key(rest)));
        Ok(whole.map(|((conversation, _), _)| conversation).collect())
    }
}

fn narrow<'a>(phrase: &mut Phrase, column: &str, among: impl Iterator<Item = &'a Conversation>) {
    let ids: Vec<String> = among.map(|one| phrase.text(one.id.to_string())).collect();
    phrase.push(&format!("{column} IN ({})", ids.join(", ")));
}

/// In lower case or as they were typed: one of the two databases lowers the letters of the alphabet only.
fn holding(phrase: &mut Phrase, column: &str, words: &str) -> String {
    let (lower, typed) = (phrase.text(anywhere(&words.to_lowercase())), phrase.text(anywhere(words)));
    format!("lower({column}) LIKE {lower} ESCAPE '!' OR {column} LIKE {typed} ESCAPE '!'")
}

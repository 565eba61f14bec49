//! Erasing: what leaves together with a document, in the commit that takes it out.
//!
//! Its versions, chunks and origins go with their rows. Words of it stand elsewhere, too: in answers that rested on it, in
//! what was recorded of them, in summaries. Nobody may read those any more; here they stop being written down.

use std::collections::BTreeSet;

use retrieval::model::DocumentId;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::writing::Writing;

/// How much left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Erased {
    pub versions: u64,
    pub passages: u64,
    /// Vectors of its passages that no other passage has.
    pub vectors: u64,
    /// Answers that rested on it, in their records and in conversations.
    pub answers: u64,
    pub turns: u64,
    pub summaries: u64,
}

/// Erase what was just written of these, if they went meanwhile: whoever answers has read before they write.
pub(super) async fn erase_gone(tx: &mut Writing, documents: &BTreeSet<DocumentId>) -> Result<(), StoreError> {
    for document in documents {
        let select = "SELECT document_id FROM receipts WHERE document_id = $1";
        let gone: Option<(String,)> =
            sqlx::query_as(select).bind(document.to_string()).fetch_optional(&mut **tx).await?;
        if gone.is_some() {
            erase(tx, *document).await?;
        }
    }
    Ok(())
}

/// Erase what other rows hold of a document that is about to go, and count what goes with its own.
pub(super) async fn erase(tx: &mut Writing, document: DocumentId) -> Result<Erased, StoreError> {
    let count = async |tx: &mut Writing, select: &'static str| -> Result<u64, StoreError> {
        let (count,): (i64,) = sqlx::query_as(select).bind(document.to_string()).fetch_one(&mut **tx).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    let versions = count(tx, "SELECT COUNT(*) FROM versions WHERE document_id = $1").await?;
    let passages = count(tx, "SELECT COUNT(*) FROM chunks WHERE document_id = $1").await?;
    let change = async |tx: &mut Writing, change: &'static str| -> Result<u64, StoreError> {
        Ok(sqlx::query(change).bind(document.to_string()).execute(&mut **tx).await?.rows_affected())
    };
    let vectors = change(
        tx,
        "DELETE FROM vectors WHERE vector_key IN (SELECT vector_key FROM chunks WHERE document_id = $1) \
           AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.vector_key = vectors.vector_key AND c.document_id <> $1)",
    )
    .await?;
    let answers = change(
        tx,
        "UPDATE answer_records SET answer = '', trace = '{}' \
         WHERE id IN (SELECT record_id FROM answer_documents WHERE document_id = $1)",
    )
    .await?;
    let turns = change(
        tx,
        "UPDATE turns SET answer = '' WHERE EXISTS (SELECT 1 FROM turn_passages p \
           WHERE p.conversation_id = turns.conversation_id AND p.turn = turns.ordinal AND p.document_id = $1 \
             AND p.part <> 'carried')",
    )
    .await?;
    change(
        tx,
        "UPDATE turns SET asked_as = NULL WHERE EXISTS (SELECT 1 FROM turn_passages p \
           WHERE p.conversation_id = turns.conversation_id AND p.turn = turns.ordinal AND p.document_id = $1 \
             AND p.part = 'carried')",
    )
    .await?;
    change(tx, "UPDATE turn_passages SET quote = '', heading = '' WHERE document_id = $1").await?;
    let summaries = change(
        tx,
        "DELETE FROM summaries WHERE conversation_id IN \
           (SELECT conversation_id FROM summary_passages WHERE document_id = $1)",
    )
    .await?;
    Ok(Erased { versions, passages, vectors, answers, turns, summaries })
}

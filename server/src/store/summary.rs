//! Summaries: what was said long ago in a conversation, in few words, as far as it may be read now.
//!
//! By the rule of turns: where one of the documents that a summary rests on is gone or hidden, it does not leave this file.
//! Under which clearance it was made does not matter. Knows no model.

use retrieval::access::Clearance;
use retrieval::model::DocumentId;
use sqlx::FromRow;

use super::conversation::Conversation;
use super::turn::{Part, Rest};
use super::{Store, StoreError, rows};

/// The turns of a conversation up to one of them, in few words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// The ordinal of the last turn that it holds.
    pub turns: i64,
    pub text: String,
    /// All that it rests on, each document once.
    pub rests: Vec<Rest>,
}

#[derive(FromRow)]
struct RestRow {
    document_id: String,
    version_id: String,
    point_id: String,
}

impl Store {
    /// `None` when there is none, or when it is not readable.
    pub async fn summary(
        &self,
        clearance: &Clearance,
        conversation: &Conversation,
    ) -> Result<Option<Summary>, StoreError> {
        let select = "SELECT turns, summary FROM summaries WHERE conversation_id = $1";
        let row: Option<(i64, String)> =
            sqlx::query_as(select).bind(conversation.id.to_string()).fetch_optional(&self.reader).await?;
        let Some((turns, text)) = row else { return Ok(None) };
        let select = "SELECT document_id, version_id, point_id FROM summary_passages WHERE conversation_id = $1 \
                      ORDER BY document_id";
        let rests: Vec<RestRow> =
            sqlx::query_as(select).bind(conversation.id.to_string()).fetch_all(&self.reader).await?;
        let rests = rests.into_iter().map(rest).collect::<Result<Vec<_>, _>>()?;
        let documents: Vec<DocumentId> = rests.iter().map(|rest| rest.document).collect();
        let is_readable = self.all_readable(clearance, &documents).await?;
        Ok(is_readable.then_some(Summary { turns, text, rests }))
    }

    /// In place of one that goes less far. False when the conversation is over or gone, or has one that goes further.
    pub async fn summary_put(&self, conversation: &Conversation, summary: &Summary) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        // Nothing changes, and the row is locked: nobody removes the conversation meanwhile.
        let lock = "UPDATE conversations SET turns = turns WHERE id = $1 AND owner = $2 AND ends_ms > $3";
        let locked = sqlx::query(lock)
            .bind(conversation.id.to_string())
            .bind(&conversation.owner)
            .bind(self.clock.now_ms())
            .execute(&mut *tx)
            .await?;
        if locked.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM summaries WHERE conversation_id = $1 AND turns <= $2")
            .bind(conversation.id.to_string())
            .bind(summary.turns)
            .execute(&mut *tx)
            .await?;
        let insert = "INSERT INTO summaries (conversation_id, turns, summary, made_ms) VALUES ($1, $2, $3, $4) \
                      ON CONFLICT (conversation_id) DO NOTHING";
        let put = sqlx::query(insert)
            .bind(conversation.id.to_string())
            .bind(summary.turns)
            .bind(&summary.text)
            .bind(self.clock.now_ms())
            .execute(&mut *tx)
            .await?;
        if put.rows_affected() == 0 {
            return Ok(false);
        }
        for rest in &summary.rests {
            let insert = "INSERT INTO summary_passages (conversation_id, document_id, version_id, point_id) \
                          VALUES ($1, $2, $3, $4)";
            sqlx::query(insert)
                .bind(conversation.id.to_string())
                .bind(rest.document.to_string())
                .bind(rest.version.to_string())
                .bind(rest.point.to_string())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

fn rest(row: RestRow) -> Result<Rest, StoreError> {
    Ok(Rest {
        document: rows::id(&row.document_id)?,
        version: rows::id(&row.version_id)?,
        point: rows::id(&row.point_id)?,
        part: Part::Named,
    })
}

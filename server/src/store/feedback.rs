//! Feedback: what askers thought of their answers, one word for each.
//!
//! What is said of an answer tells of its question, so it is there for whoever reads as far as its asker.

use futures_util::TryStreamExt;
use retrieval::access::Clearance;
use retrieval::model::{RecordId, WorkspaceId};
use sqlx::FromRow;

use super::{Store, StoreError, reach, rows};

/// What somebody thought of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Feedback {
    pub is_helpful: bool,
    /// A word out of a short list, or empty.
    pub reason: String,
    pub comment: String,
}

/// The same with the answer that it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedbackLine {
    pub record: RecordId,
    pub question: String,
    pub is_declined: bool,
    pub feedback: Feedback,
    pub given_ms: i64,
}

/// Which feedback is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judged {
    pub helpful: Option<bool>,
    /// Of answers before this one.
    pub before: Option<RecordId>,
}

#[derive(FromRow)]
struct FeedbackRow {
    record_id: String,
    question: String,
    declined: i64,
    tier: i64,
    group_names: String,
    helpful: i64,
    reason: String,
    comment: String,
    given_ms: i64,
}

impl Store {
    /// Who asked for an answer, as its record has it.
    pub async fn answer_asker(&self, workspace: WorkspaceId, record: RecordId) -> Result<Option<String>, StoreError> {
        let select = "SELECT asker FROM answer_records WHERE id = $1 AND workspace_id = $2";
        let query = sqlx::query_as(select).bind(record.to_string()).bind(workspace.to_string());
        let found: Option<(String,)> = query.fetch_optional(&self.reader).await?;
        Ok(found.map(|(asker,)| asker))
    }

    /// In place of what they said before.
    pub async fn feedback_put(
        &self,
        workspace: WorkspaceId,
        record: RecordId,
        feedback: &Feedback,
    ) -> Result<(), StoreError> {
        let upsert = "INSERT INTO feedback (record_id, workspace_id, helpful, reason, comment, given_ms) \
                      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (record_id) DO UPDATE \
                      SET helpful = $3, reason = $4, comment = $5, given_ms = $6";
        sqlx::query(upsert)
            .bind(record.to_string())
            .bind(workspace.to_string())
            .bind(i64::from(feedback.is_helpful))
            .bind(&feedback.reason)
            .bind(&feedback.comment)
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub async fn feedback_remove(&self, workspace: WorkspaceId, record: RecordId) -> Result<(), StoreError> {
        let delete = "DELETE FROM feedback WHERE record_id = $1 AND workspace_id = $2";
        sqlx::query(delete).bind(record.to_string()).bind(workspace.to_string()).execute(&self.writer).await?;
        Ok(())
    }

    /// Of the newest answers first, as far as this clearance reaches.
    pub async fn feedback(
        &self,
        clearance: &Clearance,
        judged: Judged,
        limit: usize,
    ) -> Result<Vec<FeedbackLine>, StoreError> {
        let select = "SELECT f.record_id, r.question, r.declined, r.tier, r.group_names, f.helpful, f.reason, f.comment, \
                        f.given_ms \
                      FROM feedback f JOIN answer_records r ON r.id = f.record_id \
                      WHERE f.workspace_id = $1 AND ($2 < 0 OR f.helpful = $2) AND ($3 = '' OR f.record_id < $3) \
                      ORDER BY f.record_id DESC";
        let mut found = sqlx::query_as::<_, FeedbackRow>(select)
            .bind(clearance.workspace().to_string())
            .bind(judged.helpful.map_or(-1, i64::from))
            .bind(judged.before.map_or(String::new(), |before| before.to_string()))
            .fetch(&self.reader);
        let mut seen = Vec::new();
        while let Some(row) = found.try_next().await? {
            if seen.len() == limit {
                break;
            }
            if reach::is_within(clearance, row.tier, &row.group_names)? {
                seen.push(line(row)?);
            }
        }
        Ok(seen)
    }
}

fn line(row: FeedbackRow) -> Result<FeedbackLine, StoreError> {
    let FeedbackRow { question, declined, helpful, reason, comment, given_ms, .. } = row;
    Ok(FeedbackLine {
        record: rows::id(&row.record_id)?,
        question,
        is_declined: declined != 0,
        feedback: Feedback { is_helpful: helpful != 0, reason, comment },
        given_ms,
    })
}

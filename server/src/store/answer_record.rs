//! Answer records: for every answer, what it rested on.

use retrieval::model::{DocumentId, GenerationId, RecordId, WorkspaceId};

use super::{Store, StoreError};

/// What was answered, from what, to whom.
#[derive(Clone, PartialEq, Debug)]
pub struct AnswerRecord {
    pub workspace: WorkspaceId,
    pub generation: GenerationId,
    /// Who asked, as a label and never as a credential: `visitor tier=public groups=`.
    pub asker: String,
    pub question: String,
    pub answer: String,
    pub declined: bool,
    pub mode: &'static str,
    pub model: String,
    /// Candidates with scores and whether they were kept, citations, strength.
    pub trace: serde_json::Value,
    pub took_ms: i64,
    /// The documents that were found, and whether the answer cites them.
    pub documents: Vec<(DocumentId, bool)>,
}

impl Store {
    pub async fn answer_record_insert(&self, record: &AnswerRecord) -> Result<RecordId, StoreError> {
        let insert = "INSERT INTO answer_records (id, workspace_id, generation_id, asker, question, answer, declined, \
                      mode, model, trace, took_ms, created_ms) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let id = RecordId(self.clock.new_id());
        let mut tx = self.write().await?;
        sqlx::query(insert)
            .bind(id.to_string())
            .bind(record.workspace.to_string())
            .bind(record.generation.to_string())
            .bind(&record.asker)
            .bind(&record.question)
            .bind(&record.answer)
            .bind(i64::from(record.declined))
            .bind(record.mode)
            .bind(&record.model)
            .bind(record.trace.to_string())
            .bind(record.took_ms)
            .bind(self.clock.now_ms())
            .execute(&mut *tx)
            .await?;
        for (document, cited) in &record.documents {
            sqlx::query("INSERT INTO answer_documents (record_id, document_id, cited) VALUES ($1, $2, $3)")
                .bind(id.to_string())
                .bind(document.to_string())
                .bind(i64::from(*cited))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(id)
    }
}

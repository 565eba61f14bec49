//! Answer records: for every answer, what it rested on.
//!
//! A question may tell of what its asker could read: a record is there for whoever reads as far. Of its answer and of how
//! that came about nothing leaves this file unless every document that was found for it may be read now.

use retrieval::access::{Clearance, Reach};
use retrieval::model::{DocumentId, GenerationId, RecordId, WorkspaceId};
use sqlx::FromRow;

use super::erasing::erase_gone;
use super::{Store, StoreError, reach, rows};

/// What was answered, as far as somebody may read it now.
#[derive(Clone, PartialEq, Debug)]
pub struct KeptRecord {
    pub id: RecordId,
    pub generation: GenerationId,
    pub asker: String,
    /// As far as they could read.
    pub reach: Reach,
    pub question: String,
    /// With how it came about; `None` when a document that was found for it is not readable any more.
    pub answer: Option<(String, serde_json::Value)>,
    pub is_declined: bool,
    pub mode: String,
    pub model: String,
    pub took_ms: i64,
    pub created_ms: i64,
    /// The documents that were found, with their titles as they are now, and whether the answer cites them; those that may
    /// be read.
    pub documents: Vec<(DocumentId, String, bool)>,
}

#[derive(FromRow)]
struct RecordRow {
    id: String,
    generation_id: String,
    asker: String,
    tier: i64,
    group_names: String,
    question: String,
    answer: String,
    declined: i64,
    mode: String,
    model: String,
    trace: String,
    took_ms: i64,
    created_ms: i64,
}

/// What was answered, from what, to whom.
#[derive(Clone, PartialEq, Debug)]
pub struct AnswerRecord {
    pub workspace: WorkspaceId,
    pub generation: GenerationId,
    /// Who asked, as a label and never as a credential: `visitor tier=public groups=`.
    pub asker: String,
    /// As far as they could read.
    pub reach: Reach,
    pub question: String,
    pub answer: String,
    pub declined: bool,
    pub mode: &'static str,
    pub model: String,
    /// Candidates with scores and whether they were kept, citations, strength.
    pub trace: serde_json::Value,
    pub took_ms: i64,
    /// Nothing where no passages were looked for.
    pub stages: Option<Stages>,
    /// How likely the passages were to answer, from 0 to 1; the same.
    pub confidence: Option<f64>,
    pub tokens: Tokens,
    /// The documents that were found, and whether the answer cites them.
    pub documents: Vec<(DocumentId, bool)>,
}

/// What a language model took for an answer, as far as it said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tokens {
    pub input: i64,
    pub output: i64,
    /// Millionths of the currency of the prices.
    pub cost_micros: i64,
}

/// The steps of an answer, as they follow each other: the question is made to stand alone, and to a vector; passages are found and
/// verified, put in order and arranged; until the first word is told, and until the last.
pub const STAGES: [&str; 6] = ["rewrite", "embedding", "search", "order", "first_word", "words"];

/// How many milliseconds each of [`STAGES`] took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stages(pub [i64; STAGES.len()]);

impl Stages {
    fn to_sql(stages: Option<Self>) -> String {
        stages.map(|stages| stages.0.map(|ms| ms.to_string()).join(" ")).unwrap_or_default()
    }

    /// What is in no form that is known was not measured.
    pub(super) fn from_sql(text: &str) -> Option<Self> {
        let all: Option<Vec<i64>> = text.split(' ').map(|ms| ms.parse().ok()).collect();
        all?.try_into().ok().map(Self)
    }
}

/// Thousandths, or below zero for none.
fn confidence_to_sql(confidence: Option<f64>) -> i64 {
    confidence.map_or(-1, |confidence| (confidence.clamp(0.0, 1.0) * 1e3).round() as i64)
}

impl Store {
    pub async fn answer_record_insert(&self, record: &AnswerRecord) -> Result<RecordId, StoreError> {
        let insert = "INSERT INTO answer_records (id, workspace_id, generation_id, asker, question, answer, declined, \
                      mode, model, trace, took_ms, created_ms, tier, group_names, input_tokens, output_tokens, \
                      cost_micros, stages, confidence) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
        let (tier, groups) = reach::to_sql(&record.reach);
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
            .bind(tier)
            .bind(groups)
            .bind(record.tokens.input)
            .bind(record.tokens.output)
            .bind(record.tokens.cost_micros)
            .bind(Stages::to_sql(record.stages))
            .bind(confidence_to_sql(record.confidence))
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
        erase_gone(&mut tx, &record.documents.iter().map(|(document, _)| *document).collect()).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// If this clearance reaches as far as its asker could read.
    pub async fn answer_record(
        &self,
        clearance: &Clearance,
        record: RecordId,
    ) -> Result<Option<KeptRecord>, StoreError> {
        let select = "SELECT id, generation_id, asker, tier, group_names, question, answer, declined, mode, model, trace, \
                        took_ms, created_ms FROM answer_records WHERE id = $1 AND workspace_id = $2";
        let query = sqlx::query_as(select).bind(record.to_string()).bind(clearance.workspace().to_string());
        let row: Option<RecordRow> = query.fetch_optional(&self.reader).await?;
        let Some(row) = row else { return Ok(None) };
        if !reach::is_within(clearance, row.tier, &row.group_names)? {
            return Ok(None);
        }
        let select = "SELECT document_id, cited FROM answer_documents WHERE record_id = $1 ORDER BY document_id";
        let found: Vec<(String, i64)> = sqlx::query_as(select).bind(&row.id).fetch_all(&self.reader).await?;
        let found: Vec<(DocumentId, bool)> = found
            .into_iter()
            .map(|(document, cited)| Ok((rows::id(&document)?, cited != 0)))
            .collect::<Result<_, StoreError>>()?;
        let titles = self.titles_readable(clearance, found.iter().map(|(document, _)| *document).collect()).await?;
        let readable = |(document, cited): &(DocumentId, bool)| {
            titles.get(document).map(|title| (*document, title.clone(), *cited))
        };
        let documents: Vec<(DocumentId, String, bool)> = found.iter().filter_map(readable).collect();
        let is_readable = documents.len() == found.len();
        kept(row, documents, is_readable).map(Some)
    }
}

fn kept(
    row: RecordRow,
    documents: Vec<(DocumentId, String, bool)>,
    is_readable: bool,
) -> Result<KeptRecord, StoreError> {
    let unreadable = || StoreError::Unreadable(format!("the trace of the answer {}", row.id));
    let trace = serde_json::from_str(&row.trace).map_err(|_| unreadable())?;
    Ok(KeptRecord {
        id: rows::id(&row.id)?,
        generation: rows::id(&row.generation_id)?,
        asker: row.asker,
        reach: reach::from_sql(row.tier, &row.group_names)?,
        question: row.question,
        answer: is_readable.then_some((row.answer, trace)),
        is_declined: row.declined != 0,
        mode: row.mode,
        model: row.model,
        took_ms: row.took_ms,
        created_ms: row.created_ms,
        documents,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_come_back_or_were_not_measured() {
        let stages = Stages([1, 0, 12, 3, 4_000, 6]);
        assert_eq!(Stages::to_sql(Some(stages)), "1 0 12 3 4000 6");
        assert_eq!(Stages::from_sql("1 0 12 3 4000 6"), Some(stages));
        for unknown in ["", "1 2 3", "1 2 3 4 5 x", "1 2 3 4 5 6 7"] {
            assert_eq!(Stages::from_sql(unknown), None, "{unknown}");
        }
        assert_eq!(Stages::to_sql(None), "");
    }

    #[test]
    fn a_confidence_is_kept_in_thousandths() {
        let kept = [None, Some(0.0), Some(0.4567), Some(1.0), Some(2.0)].map(confidence_to_sql);
        assert_eq!(kept, [-1, 0, 457, 1_000, 1_000]);
    }
}

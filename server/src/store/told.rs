//! How an answer that stands in a conversation was told: by whom it was worded, which of its sentences are not borne out, what
//! was looked at for it, and what its asker thought of it.
//!
//! All of it is known of the answer's record, which may be gone, and is told of answers that may be read, no others. Of what was
//! looked at only that is told which may be read now.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use retrieval::access::Clearance;
use retrieval::model::{DocumentId, RecordId};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, FromRow};

use super::turn::Face;
use super::{Store, StoreError, Turn, rows};

/// How many records one query asks for.
const PAGE: usize = 100;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    pub mode: String,
    pub model: String,
    /// Why it is not in a model's words, where it would have been.
    pub notice: Option<String>,
    pub is_cut: bool,
    pub marks: Vec<Mark>,
    /// What was found for it, cited or not.
    pub looked: Vec<Looked>,
    /// What the asker said of it.
    pub is_helpful: Option<bool>,
}

/// A sentence that is not simply borne out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Of the answer's text.
    pub bytes: Range<usize>,
    pub standing: String,
}

/// A document that was looked at, as it is called now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Looked {
    pub document: DocumentId,
    pub title: String,
    pub origin: String,
    pub dated: Option<String>,
}

#[derive(FromRow)]
struct ToldRow {
    id: String,
    mode: String,
    model: String,
    trace: String,
    helpful: i64,
}

/// Of a trace, what is told again. Records of before know nothing of it.
#[derive(Deserialize, Default)]
struct Trail {
    #[serde(default)]
    notice: Option<String>,
    #[serde(default)]
    cut: bool,
    #[serde(default)]
    marks: Vec<(usize, usize, String)>,
}

impl Store {
    /// Say of each of these turns how it was told, if its answer may be read and its record is there.
    pub async fn turns_tell(&self, clearance: &Clearance, turns: &mut [Turn]) -> Result<(), StoreError> {
        for page in turns.chunks_mut(PAGE) {
            let records: Vec<RecordId> =
                page.iter().filter(|turn| turn.answer.is_some()).filter_map(|turn| turn.record).collect();
            let mut told = self.told(clearance, &records).await?;
            for turn in page.iter_mut().filter(|turn| turn.answer.is_some()) {
                turn.told = turn.record.and_then(|record| told.remove(&record));
            }
        }
        Ok(())
    }

    async fn told(&self, clearance: &Clearance, records: &[RecordId]) -> Result<HashMap<RecordId, Told>, StoreError> {
        if records.is_empty() {
            return Ok(HashMap::new());
        }
        let places = rows::placeholders(2, records.len());
        let select = format!(
            "SELECT r.id, r.mode, r.model, r.trace, COALESCE(f.helpful, -1) AS helpful FROM answer_records r \
             LEFT JOIN feedback f ON f.record_id = r.id WHERE r.workspace_id = $1 AND r.id IN ({places})"
        );
        let query = sqlx::query_as::<_, ToldRow>(AssertSqlSafe(select)).bind(clearance.workspace().to_string());
        let query = records.iter().fold(query, |query, record| query.bind(record.to_string()));
        let found = query.fetch_all(&self.reader).await?;
        let mut looked = self.looked_at(clearance, records).await?;
        let mut told = HashMap::with_capacity(found.len());
        for row in found {
            let record: RecordId = rows::id(&row.id)?;
            told.insert(record, row.told(looked.remove(&record).unwrap_or_default()));
        }
        Ok(told)
    }

    /// The documents that were found for each of these, as far as they may be read.
    async fn looked_at(
        &self,
        clearance: &Clearance,
        records: &[RecordId],
    ) -> Result<HashMap<RecordId, Vec<Looked>>, StoreError> {
        let select = format!(
            "SELECT record_id, document_id FROM answer_documents WHERE record_id IN ({}) ORDER BY record_id, document_id",
            rows::placeholders(1, records.len())
        );
        let query =
            records.iter().fold(sqlx::query_as(AssertSqlSafe(select)), |query, record| query.bind(record.to_string()));
        let found: Vec<(String, String)> = query.fetch_all(&self.reader).await?;
        let found: Vec<(RecordId, DocumentId)> = found
            .iter()
            .map(|(record, document)| Ok((rows::id(record)?, rows::id(document)?)))
            .collect::<Result<_, StoreError>>()?;
        let documents: BTreeSet<DocumentId> = found.iter().map(|(_, document)| *document).collect();
        let readable = self.documents_readable(clearance, documents.into_iter().collect()).await?;
        let mut looked: HashMap<RecordId, Vec<Looked>> = HashMap::new();
        for (record, document) in found {
            if let Some(Face { title, origin, dated }) = readable.get(&document).cloned() {
                looked.entry(record).or_default().push(Looked { document, title, origin, dated });
            }
        }
        Ok(looked)
    }
}

impl ToldRow {
    /// What a record says in no form that is known is not told, and the answer stands.
    fn told(self, looked: Vec<Looked>) -> Told {
        let Trail { notice, cut, marks } = serde_json::from_str(&self.trace).unwrap_or_default();
        let mark = |(start, end, standing)| Mark { bytes: start..end, standing };
        Told {
            mode: self.mode,
            model: self.model,
            notice,
            is_cut: cut,
            marks: marks.into_iter().map(mark).collect(),
            looked,
            is_helpful: (self.helpful >= 0).then_some(self.helpful > 0),
        }
    }
}

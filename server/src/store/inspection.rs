//! A document as the person who looks after it sees it: where it came from, what was lost, how it was cut, who found it.

use std::ops::Range;

use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{DocumentId, WorkspaceId};
use sqlx::{AssertSqlSafe, FromRow};

use super::generation::of_live_cut;
use super::{Store, StoreError, rows};

/// The latest questions that found a document are enough to see what it is good for.
const QUESTIONS: i64 = 50;
const ALIKE: i64 = 50;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    pub document: DocumentId,
    pub label: AccessLabel,
    /// What its file is; not known of what was read before it was noted.
    pub kind: Option<String>,
    pub title: String,
    pub language: Option<String>,
    pub author: Option<String>,
    pub dated: Option<String>,
    pub indexed_ms: i64,
    /// Every place that it came from.
    pub origins: Vec<String>,
    pub problems: Vec<String>,
    pub text: String,
    pub chunks: Vec<InspectedChunk>,
    /// The document that stands for it and its like.
    pub near_of: Option<Likeness>,
    /// What it stands for itself.
    pub stands_for: Vec<Likeness>,
    pub questions: Vec<AskedQuestion>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InspectedChunk {
    pub bytes: Range<usize>,
    pub page: Option<u32>,
    pub heading: String,
}

/// Another document with nearly the same text, under the same label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Likeness {
    pub document: DocumentId,
    pub title: String,
    pub origin: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedQuestion {
    pub question: String,
    pub cited: bool,
    pub asked_ms: i64,
}

#[derive(FromRow)]
struct DocumentRow {
    tier: i64,
    group_names: String,
    near_of: Option<String>,
    kind: Option<String>,
    title: String,
    language: Option<String>,
    author: Option<String>,
    dated: Option<String>,
    body: String,
    problems: String,
    created_ms: i64,
}

type ChunkRow = (i64, i64, Option<i64>, String);

impl Store {
    /// Everything about a document, if this clearance may know of it.
    pub async fn document_inspect(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<Inspection>, StoreError> {
        let select = "SELECT d.tier, d.group_names, d.near_of, v.kind, v.title, v.language, v.author, v.dated, v.body, v.problems, \
                        v.created_ms \
                      FROM documents d JOIN versions v ON v.id = d.live_version \
                      WHERE d.workspace_id = $1 AND d.id = $2";
        let row: Option<DocumentRow> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(document.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let label = rows::label(row.tier, &row.group_names)?;
        if !clearance.admits(clearance.workspace(), &label) {
            return Ok(None);
        }
        let near_of = match &row.near_of {
            Some(id) => self.likenesses("d.id = $2", clearance, id).await?.pop(),
            None => None,
        };
        let problems = serde_json::from_str(&row.problems);
        Ok(Some(Inspection {
            document,
            label,
            kind: row.kind,
            title: row.title,
            language: row.language,
            author: row.author,
            dated: row.dated,
            indexed_ms: row.created_ms,
            origins: self.origins_of(document).await?,
            problems: problems.map_err(|_| StoreError::Unreadable("a list of problems".into()))?,
            text: row.body,
            chunks: self.chunks_of(clearance.workspace(), document).await?,
            near_of,
            stands_for: self.likenesses("d.near_of = $2", clearance, &document.to_string()).await?,
            questions: self.questions_of(clearance, document).await?,
        }))
    }

    async fn origins_of(&self, document: DocumentId) -> Result<Vec<String>, StoreError> {
        let select = "SELECT origin FROM origins WHERE document_id = $1 ORDER BY origin";
        let found: Vec<(String,)> = sqlx::query_as(select).bind(document.to_string()).fetch_all(&self.reader).await?;
        Ok(found.into_iter().map(|(origin,)| origin).collect())
    }

    async fn chunks_of(&self, workspace: WorkspaceId, document: DocumentId) -> Result<Vec<InspectedChunk>, StoreError> {
        let select = format!(
            "SELECT c.start_byte, c.end_byte, c.page, c.heading FROM chunks c \
             WHERE c.document_id = $1 AND {} ORDER BY c.ordinal",
            of_live_cut(2)
        );
        let (document, workspace) = (document.to_string(), workspace.to_string());
        let found: Vec<ChunkRow> =
            sqlx::query_as(AssertSqlSafe(select)).bind(document).bind(workspace).fetch_all(&self.reader).await?;
        let chunk = |(start, end, page, heading): ChunkRow| InspectedChunk {
            bytes: rows::size(start)..rows::size(end),
            page: page.and_then(|page| u32::try_from(page).ok()),
            heading,
        };
        Ok(found.into_iter().map(chunk).collect())
    }

    /// Documents with nearly the same text stand under the same label; the clearance is asked all the same.
    async fn likenesses(
        &self,
        condition: &'static str,
        clearance: &Clearance,
        id: &str,
    ) -> Result<Vec<Likeness>, StoreError> {
        let select = format!(
            "SELECT d.id, v.title, d.tier, d.group_names, \
               (SELECT MIN(o.origin) FROM origins o WHERE o.document_id = d.id) \
             FROM documents d JOIN versions v ON v.id = d.live_version \
             WHERE d.workspace_id = $1 AND {condition} ORDER BY d.id LIMIT {ALIKE}"
        );
        let found: Vec<(String, String, i64, String, Option<String>)> = sqlx::query_as(AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(id)
            .fetch_all(&self.reader)
            .await?;
        let mut alike = Vec::new();
        for (id, title, tier, groups, origin) in found {
            if clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?) {
                alike.push(Likeness { document: rows::id(&id)?, title, origin: origin.unwrap_or_default() });
            }
        }
        Ok(alike)
    }

    async fn questions_of(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Vec<AskedQuestion>, StoreError> {
        let select = "SELECT r.question, a.cited, r.created_ms \
                      FROM answer_documents a JOIN answer_records r ON r.id = a.record_id \
                      WHERE a.document_id = $1 AND r.workspace_id = $2 ORDER BY r.created_ms DESC LIMIT $3";
        let found: Vec<(String, i64, i64)> = sqlx::query_as(select)
            .bind(document.to_string())
            .bind(clearance.workspace().to_string())
            .bind(QUESTIONS)
            .fetch_all(&self.reader)
            .await?;
        let question = |(question, cited, asked_ms)| AskedQuestion { question, cited: cited != 0, asked_ms };
        Ok(found.into_iter().map(question).collect())
    }
}

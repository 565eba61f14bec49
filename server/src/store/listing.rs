//! Documents as their readers see them: lists, one document, its chunks, its text and the name of its original.
//!
//! Every function takes a clearance and asks it of the very rows that it returns. A list is narrowed in SQL to the labels
//! that the clearance admits, so that a page is full and tells nothing of what was left out. The rule itself is not known
//! here: the labels that there are, few, are shown to [`Clearance::admits`].

use std::collections::HashMap;
use std::ops::Range;

use retrieval::access::{AccessLabel, AccessTier, Clearance, Group};
use retrieval::model::{DocumentId, SourceId, VersionId};
use sqlx::{AssertSqlSafe, FromRow};

use super::generation::of_live_cut;
use super::phrase::{Phrase, anywhere};
use super::state::{DocumentState, narrow_to_problem, narrow_to_state};
use super::{Store, StoreError, rows};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sorting {
    Newest,
    Title,
}

/// Whether words are looked for in whole origins, or only in what readers are shown of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Places {
    Whole,
    Shown,
}

/// What a list is narrowed to; what is left out narrows nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Narrowing {
    pub tier: Option<AccessTier>,
    pub group: Option<Group>,
    pub source: Option<SourceId>,
    /// In the title or in an origin.
    pub words: Option<String>,
    pub places: Places,
    /// To those of which something was lost or guessed on the way in.
    pub with_problems: bool,
    /// To those of which something was lost or guessed in words that begin so.
    pub problem: Option<String>,
    pub state: Option<DocumentState>,
}

impl Narrowing {
    /// Everything that one reads.
    pub const NONE: Self = Self {
        tier: None,
        group: None,
        source: None,
        words: None,
        places: Places::Whole,
        with_problems: false,
        problem: None,
        state: None,
    };
}

/// Where a list goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    pub updated_ms: i64,
    pub title: String,
    pub document: DocumentId,
}

/// A document in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentLine {
    pub document: DocumentId,
    pub label: AccessLabel,
    pub title: String,
    pub kind: Option<String>,
    pub language: Option<String>,
    pub dated: Option<String>,
    pub updated_ms: i64,
    /// The newest first.
    pub origins: Vec<String>,
}

/// A document by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentRead {
    pub line: DocumentLine,
    pub version: VersionId,
    pub author: Option<String>,
    pub problems: Vec<String>,
    pub chunks: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChunkLine {
    pub ordinal: i64,
    pub bytes: Range<usize>,
    pub page: Option<u32>,
    pub heading: String,
    pub text: String,
}

/// The file that a document was made of, last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OriginalName {
    pub origin: String,
    pub original: String,
    pub kind: Option<String>,
}

#[derive(FromRow)]
struct LineRow {
    id: String,
    tier: i64,
    group_names: String,
    live_version: String,
    updated_ms: i64,
    title: String,
    kind: Option<String>,
    language: Option<String>,
    dated: Option<String>,
    author: Option<String>,
    problems: String,
}

const COLUMNS: &str = "d.id, d.tier, d.group_names, d.live_version, d.updated_ms, v.title, v.kind, v.language, v.dated, \
                       v.author, v.problems";
const FROM: &str = "documents d JOIN versions v ON v.id = d.live_version";
/// The same documents, where nothing is asked of their versions.
const ALONE: &str = "documents d";

/// What a reader is shown of an origin, as `wire::place` has it: an address, or the last part of a path.
const SHOWN: &str = "CASE WHEN substr(o.origin, 1, 7) = 'http://' OR substr(o.origin, 1, 8) = 'https://' THEN o.origin \
                     ELSE substr(replace(o.origin, '\\', '/'), length(rtrim(replace(o.origin, '\\', '/'), \
                     replace(replace(o.origin, '\\', '/'), '/', ''))) + 1) END";

impl Store {
    /// Those that this clearance admits, at most so many, after this one.
    pub async fn documents(
        &self,
        clearance: &Clearance,
        narrowing: &Narrowing,
        sorting: Sorting,
        after: Option<&Passed>,
        limit: usize,
    ) -> Result<Vec<DocumentLine>, StoreError> {
        let Some(mut phrase) = self.narrowed(COLUMNS, clearance, narrowing).await? else { return Ok(Vec::new()) };
        if let Some(Passed { updated_ms, title, document }) = after {
            let document = phrase.text(document.to_string());
            match sorting {
                Sorting::Newest => {
                    let ms = phrase.number(*updated_ms);
                    phrase.push(&format!(" AND (d.updated_ms < {ms} OR (d.updated_ms = {ms} AND d.id < {document}))"));
                }
                Sorting::Title => {
                    let title = phrase.text(title.clone());
                    phrase.push(&format!(" AND (v.title > {title} OR (v.title = {title} AND d.id > {document}))"));
                }
            }
        }
        phrase.push(match sorting {
            Sorting::Newest => " ORDER BY d.updated_ms DESC, d.id DESC",
            Sorting::Title => " ORDER BY v.title, d.id",
        });
        let limit = phrase.number(rows::count(limit));
        phrase.push(&format!(" LIMIT {limit}"));
        let found: Vec<LineRow> = phrase.fetch_all(&self.reader).await?;
        let ids: Vec<String> = found.iter().map(|row| row.id.clone()).collect();
        let mut origins = self.origins_of_all(&ids).await?;
        let mut lines = Vec::new();
        for row in found {
            let origins = origins.remove(&row.id).unwrap_or_default();
            let read = read(row, origins)?;
            if clearance.admits(clearance.workspace(), &read.line.label) {
                lines.push(read.line);
            }
        }
        Ok(lines)
    }

    /// How many there are in all; only for whom totals tell nothing new.
    pub async fn documents_total(&self, clearance: &Clearance, narrowing: &Narrowing) -> Result<usize, StoreError> {
        let from = if narrowing.with_problems || narrowing.problem.is_some() { FROM } else { ALONE };
        let Some(phrase) = self.narrowed_of("COUNT(*)", from, clearance, narrowing).await? else { return Ok(0) };
        let counted: Vec<(i64,)> = phrase.fetch_all(&self.reader).await?;
        Ok(counted.first().map_or(0, |(count,)| rows::size(*count)))
    }

    pub async fn document_read(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<DocumentRead>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM {FROM} WHERE d.workspace_id = $1 AND d.id = $2");
        let row: Option<LineRow> = sqlx::query_as(AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(document.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        if !clearance.admits(clearance.workspace(), &rows::label(row.tier, &row.group_names)?) {
            return Ok(None);
        }
        let id = row.id.clone();
        let origins = self.origins_of_all(std::slice::from_ref(&id)).await?.remove(&id).unwrap_or_default();
        let chunks = self.document_chunk_count(document).await?;
        Ok(Some(DocumentRead { chunks, ..read(row, origins)? }))
    }

    /// Chunks of this version after that ordinal; none of a version that is no longer seen.
    pub async fn document_chunks(
        &self,
        clearance: &Clearance,
        document: DocumentId,
        version: VersionId,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ChunkLine>, StoreError> {
        type Row = (i64, String, i64, i64, i64, Option<i64>, String, String);
        let select = format!(
            "SELECT d.tier, d.group_names, c.ordinal, c.start_byte, c.end_byte, c.page, c.heading, c.body \
             FROM documents d JOIN chunks c ON c.version_id = d.live_version \
             WHERE d.workspace_id = $1 AND d.id = $2 AND d.live_version = $3 AND c.ordinal > $4 AND {} \
             ORDER BY c.ordinal LIMIT $5",
            of_live_cut(1)
        );
        let found: Vec<Row> = sqlx::query_as(AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(document.to_string())
            .bind(version.to_string())
            .bind(after)
            .bind(rows::count(limit))
            .fetch_all(&self.reader)
            .await?;
        let mut chunks = Vec::new();
        for (tier, groups, ordinal, start, end, page, heading, text) in found {
            if clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?) {
                let (bytes, page) =
                    (rows::size(start)..rows::size(end), page.and_then(|page| u32::try_from(page).ok()));
                chunks.push(ChunkLine { ordinal, bytes, page, heading, text });
            }
        }
        Ok(chunks)
    }

    pub async fn document_text(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<String>, StoreError> {
        let select =
            format!("SELECT d.tier, d.group_names, v.body FROM {FROM} WHERE d.workspace_id = $1 AND d.id = $2");
        let row: Option<(i64, String, String)> = sqlx::query_as(AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(document.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some((tier, groups, text)) = row else { return Ok(None) };
        Ok(clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?).then_some(text))
    }

    /// Of several origins the one that was seen last.
    pub async fn document_original(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<OriginalName>, StoreError> {
        type Row = (i64, String, String, String, Option<String>);
        let select = format!(
            "SELECT d.tier, d.group_names, o.origin, o.original, v.kind FROM {FROM} \
             JOIN origins o ON o.document_id = d.id AND o.workspace_id = d.workspace_id \
             WHERE d.workspace_id = $1 AND d.id = $2 ORDER BY o.seen_ms DESC, o.origin LIMIT 1"
        );
        let row: Option<Row> = sqlx::query_as(AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(document.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some((tier, groups, origin, original, kind)) = row else { return Ok(None) };
        let admitted = clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?);
        Ok(admitted.then_some(OriginalName { origin, original, kind }))
    }

    /// The label that stands now; `None` when the document is gone.
    pub async fn document_label(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<AccessLabel>, StoreError> {
        Ok(self.document_read(clearance, document).await?.map(|read| read.line.label))
    }

    /// The beginning of every list: nothing is selected but what the clearance admits. `None`: there can be nothing.
    pub(super) async fn narrowed(
        &self,
        columns: &str,
        clearance: &Clearance,
        narrowing: &Narrowing,
    ) -> Result<Option<Phrase>, StoreError> {
        self.narrowed_of(columns, FROM, clearance, narrowing).await
    }

    async fn narrowed_of(
        &self,
        columns: &str,
        from: &str,
        clearance: &Clearance,
        narrowing: &Narrowing,
    ) -> Result<Option<Phrase>, StoreError> {
        let admitted = self.labels_admitted(clearance, narrowing).await?;
        if admitted.is_empty() {
            return Ok(None);
        }
        let mut phrase = Phrase::new(&format!("SELECT {columns} FROM {from} WHERE d.workspace_id = "));
        let workspace = phrase.text(clearance.workspace().to_string());
        phrase.push(&workspace);
        let labels = phrase.labels("d", admitted);
        phrase.push(&format!(" AND ({labels})"));
        if let Some(source) = narrowing.source {
            let source = phrase.text(source.to_string());
            phrase.push(&format!(
                " AND EXISTS (SELECT 1 FROM origins o JOIN crawl_pages p ON p.origin = o.origin \
                 WHERE o.document_id = d.id AND p.source_id = {source} AND p.live = 1)"
            ));
        }
        if narrowing.with_problems {
            phrase.push(" AND v.problems <> '[]'");
        }
        if let Some(problem) = &narrowing.problem {
            narrow_to_problem(&mut phrase, problem);
        }
        if let Some(state) = narrowing.state {
            narrow_to_state(&mut phrase, &workspace, state, self.item_labels_admitted(clearance).await?);
        }
        if let Some(words) = &narrowing.words {
            let (lower, typed) = (phrase.text(anywhere(&words.to_lowercase())), phrase.text(anywhere(words)));
            let like = |what: &str| format!("lower({what}) LIKE {lower} ESCAPE '!' OR {what} LIKE {typed} ESCAPE '!'");
            let place = match narrowing.places {
                Places::Whole => "o.origin",
                Places::Shown => SHOWN,
            };
            // Each part is gone through once, in an index, however many documents there are.
            phrase.push(&format!(
                " AND (d.live_version IN (SELECT w.id FROM versions w WHERE {}) \
                  OR d.id IN (SELECT o.document_id FROM origins o WHERE o.workspace_id = {workspace} AND ({})))",
                like("w.title"),
                like(place)
            ));
        }
        Ok(Some(phrase))
    }

    /// The labels that documents carry, that the clearance admits and the narrowing leaves: a tier's rank and its groups.
    async fn labels_admitted(
        &self,
        clearance: &Clearance,
        narrowing: &Narrowing,
    ) -> Result<HashMap<i64, Vec<String>>, StoreError> {
        let select = "SELECT DISTINCT tier, group_names FROM documents WHERE workspace_id = $1";
        let labels: Vec<(i64, String)> =
            sqlx::query_as(select).bind(clearance.workspace().to_string()).fetch_all(&self.reader).await?;
        let mut admitted: HashMap<i64, Vec<String>> = HashMap::new();
        for (tier, groups) in labels {
            let label = rows::label(tier, &groups)?;
            let wanted = narrowing.tier.is_none_or(|tier| tier == label.tier)
                && narrowing.group.as_ref().is_none_or(|group| label.groups.contains(group));
            if wanted && clearance.admits(clearance.workspace(), &label) {
                admitted.entry(tier).or_default().push(groups);
            }
        }
        Ok(admitted)
    }

    async fn origins_of_all(&self, documents: &[String]) -> Result<HashMap<String, Vec<String>>, StoreError> {
        let mut origins: HashMap<String, Vec<String>> = HashMap::new();
        if documents.is_empty() {
            return Ok(origins);
        }
        let places = rows::placeholders(1, documents.len());
        let select = format!(
            "SELECT document_id, origin FROM origins WHERE document_id IN ({places}) ORDER BY seen_ms DESC, origin"
        );
        let query = documents.iter().fold(sqlx::query_as(AssertSqlSafe(select)), |query, id| query.bind(id));
        let found: Vec<(String, String)> = query.fetch_all(&self.reader).await?;
        for (document, origin) in found {
            origins.entry(document).or_default().push(origin);
        }
        Ok(origins)
    }
}

fn read(row: LineRow, origins: Vec<String>) -> Result<DocumentRead, StoreError> {
    let problems = serde_json::from_str(&row.problems);
    let line = DocumentLine {
        document: rows::id(&row.id)?,
        label: rows::label(row.tier, &row.group_names)?,
        title: row.title,
        kind: row.kind,
        language: row.language,
        dated: row.dated,
        updated_ms: row.updated_ms,
        origins,
    };
    Ok(DocumentRead {
        line,
        version: rows::id(&row.live_version)?,
        author: row.author,
        problems: problems.map_err(|_| StoreError::Unreadable("a list of problems".into()))?,
        chunks: 0,
    })
}

//! Passages: the second check of every hit, and the texts that an index is rebuilt from.
//!
//! `passages` is the only way a chunk's text leaves for a reader: live version, same workspace, label admitted now.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{ContentHash, Cut, DocumentId, Passage, PointId, VersionId, WorkspaceId, text_in_context};
use retrieval::ports::{Shelf, ShelfError};
use sqlx::{AssertSqlSafe, FromRow};

use super::{LiveDocument, Store, StoreError, rows};

/// How many points one query asks for.
const PAGE: usize = 100;

#[derive(FromRow)]
struct PassageRow {
    point_id: String,
    document_id: String,
    version_id: String,
    ordinal: i64,
    start_byte: i64,
    end_byte: i64,
    page: Option<i64>,
    heading: String,
    body: String,
    gap: Option<String>,
    title: String,
    dated: Option<String>,
    created_ms: i64,
    tier: i64,
    group_names: String,
    near_of: Option<String>,
    origin: String,
}

/// A chunk as the index is rebuilt from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredChunk {
    pub point: PointId,
    pub document: DocumentId,
    pub version: VersionId,
    pub label: AccessLabel,
    pub title: String,
    pub heading: String,
    pub text: String,
    pub vector_key: ContentHash,
}

impl StoredChunk {
    pub fn text_in_context(&self) -> String {
        text_in_context(&self.title, &self.heading, &self.text)
    }
}

#[derive(FromRow)]
struct StoredChunkRow {
    point_id: String,
    document_id: String,
    version_id: String,
    tier: i64,
    group_names: String,
    title: String,
    heading: String,
    body: String,
    vector_key: String,
}

#[async_trait]
impl Shelf for Store {
    async fn passages(&self, clearance: &Clearance, points: &[PointId]) -> Result<Vec<Passage>, ShelfError> {
        self.passage_find(clearance, points).await.map_err(|error| ShelfError(Box::new(error)))
    }

    async fn version(&self, clearance: &Clearance) -> Result<u64, ShelfError> {
        self.catalog_version(clearance.workspace()).await.map_err(|error| ShelfError(Box::new(error)))
    }
}

impl Store {
    async fn passage_find(&self, clearance: &Clearance, points: &[PointId]) -> Result<Vec<Passage>, StoreError> {
        let mut found: HashMap<PointId, Passage> = HashMap::with_capacity(points.len());
        for page in points.chunks(PAGE) {
            let select = format!(
                "SELECT c.point_id, c.document_id, c.version_id, c.ordinal, c.start_byte, c.end_byte, c.page, \
                   c.heading, c.body, c.gap, v.title, v.dated, v.created_ms, d.tier, d.group_names, d.near_of, \
                   (SELECT MIN(o.origin) FROM origins o WHERE o.document_id = d.id) AS origin \
                 FROM chunks c JOIN documents d ON d.id = c.document_id AND d.live_version = c.version_id \
                 JOIN versions v ON v.id = c.version_id \
                 WHERE d.workspace_id = $1 AND c.point_id IN ({})",
                rows::placeholders(2, page.len())
            );
            let query = sqlx::query_as::<_, PassageRow>(AssertSqlSafe(select)).bind(clearance.workspace().to_string());
            let query = page.iter().fold(query, |query, point| query.bind(point.to_string()));
            for row in query.fetch_all(&self.reader).await? {
                let passage = passage(row)?;
                if clearance.admits(clearance.workspace(), &passage.label) {
                    found.insert(passage.point, passage);
                }
            }
        }
        Ok(points.iter().filter_map(|point| found.remove(point)).collect())
    }

    /// The chunks of these live versions, for building index points again. The house's own business: all-clearance.
    pub async fn chunk_list(
        &self,
        clearance: &Clearance,
        cut: Cut,
        versions: &[VersionId],
    ) -> Result<Vec<StoredChunk>, StoreError> {
        let mut chunks = Vec::new();
        for page in versions.chunks(PAGE) {
            let select = format!(
                "SELECT c.point_id, c.document_id, c.version_id, d.tier, d.group_names, v.title, c.heading, c.body, \
                   c.vector_key \
                 FROM chunks c JOIN documents d ON d.id = c.document_id AND d.live_version = c.version_id \
                 JOIN versions v ON v.id = c.version_id \
                 WHERE d.workspace_id = $1 AND c.ordinal / $2 = $3 AND c.version_id IN ({}) \
                 ORDER BY c.version_id, c.ordinal",
                rows::placeholders(4, page.len())
            );
            let query =
                sqlx::query_as::<_, StoredChunkRow>(AssertSqlSafe(select)).bind(clearance.workspace().to_string());
            let query = query.bind(i64::from(Cut::SPAN)).bind(i64::from(cut.number()));
            let query = page.iter().fold(query, |query, version| query.bind(version.to_string()));
            for row in query.fetch_all(&self.reader).await? {
                let chunk = stored_chunk(row)?;
                if clearance.admits(clearance.workspace(), &chunk.label) {
                    chunks.push(chunk);
                }
            }
        }
        Ok(chunks)
    }

    /// The texts of up to `many` chunks. Point ids are hashes, so their order picks from everywhere alike.
    pub async fn chunk_sample(&self, clearance: &Clearance, many: usize) -> Result<Vec<String>, StoreError> {
        let select = "SELECT d.tier, d.group_names, v.title, c.heading, c.body \
                      FROM chunks c JOIN documents d ON d.id = c.document_id AND d.live_version = c.version_id \
                      JOIN versions v ON v.id = c.version_id \
                      WHERE d.workspace_id = $1 ORDER BY c.point_id LIMIT $2";
        let found: Vec<(i64, String, String, String, String)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(rows::count(many))
            .fetch_all(&self.reader)
            .await?;
        let mut texts = Vec::with_capacity(found.len());
        for (tier, groups, title, heading, body) in found {
            if clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?) {
                texts.push(text_in_context(&title, &heading, &body));
            }
        }
        Ok(texts)
    }

    /// Every live document with the number of its chunks of that cut: one side of the reconciliation.
    pub async fn document_live(&self, clearance: &Clearance, cut: Cut) -> Result<Vec<LiveDocument>, StoreError> {
        let select = "SELECT d.id, d.live_version, d.tier, d.group_names, \
                        (SELECT COUNT(*) FROM chunks c WHERE c.version_id = d.live_version \
                           AND c.ordinal >= $2 AND c.ordinal < $3) \
                      FROM documents d WHERE d.workspace_id = $1";
        let first = i64::from(cut.first_ordinal());
        let found: Vec<(String, String, i64, String, i64)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(first)
            .bind(first + i64::from(Cut::SPAN))
            .fetch_all(&self.reader)
            .await?;
        let documents = found.into_iter().map(|(id, version, tier, groups, chunks)| {
            let label = rows::label(tier, &groups)?;
            let (document, version) = (rows::id(&id)?, rows::id(&version)?);
            Ok(LiveDocument { document, version, label, chunks: rows::size(chunks) })
        });
        let documents = documents.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(documents.into_iter().filter(|found| clearance.admits(clearance.workspace(), &found.label)).collect())
    }

    /// Those of these versions that are seen, or will be once the job that is at work on them comes to its end.
    pub async fn versions_wanted(
        &self,
        workspace: WorkspaceId,
        versions: &[VersionId],
    ) -> Result<HashSet<VersionId>, StoreError> {
        let mut wanted = HashSet::new();
        for page in versions.chunks(PAGE) {
            // In one statement: what waits at its begin and is seen at its end is in one of them.
            let places = rows::placeholders(3, page.len());
            let select = format!(
                "SELECT i.version_id FROM job_items i JOIN jobs j ON j.id = i.job_id WHERE j.workspace_id = $1 \
                   AND j.state = 'running' AND j.lease_until > $2 AND i.state = 'queued' AND i.version_id IN ({places}) \
                 UNION SELECT live_version FROM documents WHERE workspace_id = $1 AND live_version IN ({places})"
            );
            let query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(select)).bind(workspace.to_string());
            let query = query.bind(self.clock.now_ms());
            let query = page.iter().fold(query, |query, version| query.bind(version.to_string()));
            for (version,) in query.fetch_all(&self.reader).await? {
                wanted.insert(rows::id(&version)?);
            }
        }
        Ok(wanted)
    }
}

fn passage(row: PassageRow) -> Result<Passage, StoreError> {
    Ok(Passage {
        point: rows::id(&row.point_id)?,
        document: rows::id(&row.document_id)?,
        family: rows::id(row.near_of.as_deref().unwrap_or(&row.document_id))?,
        version: rows::id(&row.version_id)?,
        ordinal: u32::try_from(row.ordinal).unwrap_or(u32::MAX),
        title: row.title,
        origin: row.origin,
        label: rows::label(row.tier, &row.group_names)?,
        page: row.page.and_then(|page| u32::try_from(page).ok()),
        heading: row.heading,
        text: row.body,
        bytes: rows::size(row.start_byte)..rows::size(row.end_byte),
        gap: row.gap,
        dated: row.dated,
        taken_in_ms: row.created_ms,
    })
}

fn stored_chunk(row: StoredChunkRow) -> Result<StoredChunk, StoreError> {
    Ok(StoredChunk {
        point: rows::id(&row.point_id)?,
        document: rows::id(&row.document_id)?,
        version: rows::id(&row.version_id)?,
        label: rows::label(row.tier, &row.group_names)?,
        title: row.title,
        heading: row.heading,
        text: row.body,
        vector_key: rows::hash(&row.vector_key)?,
    })
}

//! Where a document is on its way from a person's hands into the index, for whoever misses it.
//!
//! Names are taken as people remember them: an id, an origin, or the end of its path. What this clearance may not know of
//! is not there, and does not make a name ambiguous either.

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use retrieval::access::Clearance;
use retrieval::model::{DocumentId, JobId, PointId, VersionId};
use sqlx::{AssertSqlSafe, FromRow};

use super::document::admitted;
use super::generation::of_live_cut;
use super::{Store, StoreError, rows};

/// A document that readers see, and what the index should hold of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whereabouts {
    pub document: DocumentId,
    pub title: String,
    /// One of the places that it came from.
    pub origin: String,
    pub version: VersionId,
    pub points: Vec<PointId>,
}

/// What became of a file or page that was handed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandedIn {
    pub job: JobId,
    pub origin: String,
    /// As an item's line has it.
    pub state: String,
    pub reason: Option<String>,
}

#[derive(FromRow)]
struct WhereaboutsRow {
    title: String,
    version: String,
    tier: i64,
    group_names: String,
    origin: Option<String>,
}

#[derive(FromRow)]
struct HandedInRow {
    job_id: String,
    origin: String,
    state: String,
    reason: Option<String>,
    tier: i64,
    group_names: String,
}

impl Store {
    /// The documents that a name may mean. An id or a whole origin means one.
    pub async fn documents_named(&self, clearance: &Clearance, name: &str) -> Result<Vec<DocumentId>, StoreError> {
        if let Some(document) = self.document_by_name(clearance, name).await? {
            return Ok(vec![document]);
        }
        let select = "SELECT DISTINCT d.id, d.tier, d.group_names FROM documents d \
                      JOIN origins o ON o.document_id = d.id \
                      WHERE d.workspace_id = $1 AND length(o.origin) >= length($2) \
                        AND substr(o.origin, length(o.origin) - length($2) + 1) = $2 ORDER BY d.id";
        let found: Vec<(String, i64, String)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(end_of_path(name))
            .fetch_all(&self.reader)
            .await?;
        admitted(clearance, found)
    }

    /// Where a document is, if this clearance may know of it.
    pub async fn document_whereabouts(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<Whereabouts>, StoreError> {
        let select = "SELECT v.title, v.id AS version, d.tier, d.group_names, \
                        (SELECT MIN(o.origin) FROM origins o WHERE o.document_id = d.id) AS origin \
                      FROM documents d JOIN versions v ON v.id = d.live_version \
                      WHERE d.workspace_id = $1 AND d.id = $2";
        let row: Option<WhereaboutsRow> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(document.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        if !clearance.admits(clearance.workspace(), &rows::label(row.tier, &row.group_names)?) {
            return Ok(None);
        }
        let of_live = of_live_cut(2);
        let select =
            format!("SELECT c.point_id FROM chunks c WHERE c.version_id = $1 AND {of_live} ORDER BY c.ordinal");
        let workspace = clearance.workspace().to_string();
        let points: Vec<(String,)> =
            sqlx::query_as(AssertSqlSafe(select)).bind(&row.version).bind(workspace).fetch_all(&self.reader).await?;
        Ok(Some(Whereabouts {
            document,
            title: row.title,
            origin: row.origin.unwrap_or_default(),
            version: rows::id(&row.version)?,
            points: points.into_iter().map(|(point,)| rows::id(&point)).collect::<Result<_, _>>()?,
        }))
    }

    /// What became of the latest thing that was handed in under this very origin, for readers whom this clearance is one of.
    pub async fn item_latest(&self, clearance: &Clearance, origin: &str) -> Result<Option<HandedIn>, StoreError> {
        let select = "SELECT i.job_id, i.origin, i.state, i.reason, i.tier, i.group_names \
                      FROM job_items i JOIN jobs j ON j.id = i.job_id \
                      WHERE j.workspace_id = $1 AND i.origin = $2 \
                      ORDER BY j.created_ms DESC, j.id DESC, i.ordinal DESC";
        let found = sqlx::query_as(select).bind(clearance.workspace().to_string()).bind(origin).fetch(&self.reader);
        first_admitted(clearance, found).await
    }

    /// The same of a name that somebody typed: of an origin, or of the end of one.
    pub async fn item_latest_named(&self, clearance: &Clearance, name: &str) -> Result<Option<HandedIn>, StoreError> {
        let select = "SELECT i.job_id, i.origin, i.state, i.reason, i.tier, i.group_names \
                      FROM job_items i JOIN jobs j ON j.id = i.job_id \
                      WHERE j.workspace_id = $1 AND (i.origin = $2 OR (length(i.origin) >= length($3) \
                        AND substr(i.origin, length(i.origin) - length($3) + 1) = $3)) \
                      ORDER BY j.created_ms DESC, j.id DESC, i.ordinal DESC";
        let found = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(name)
            .bind(end_of_path(name))
            .fetch(&self.reader);
        first_admitted(clearance, found).await
    }
}

/// Reads no further than it has to: a file that is handed in every hour has a row for every hour.
async fn first_admitted(
    clearance: &Clearance,
    mut found: BoxStream<'_, Result<HandedInRow, sqlx::Error>>,
) -> Result<Option<HandedIn>, StoreError> {
    while let Some(HandedInRow { job_id, origin, state, reason, tier, group_names }) = found.try_next().await? {
        if clearance.admits(clearance.workspace(), &rows::label(tier, &group_names)?) {
            return Ok(Some(HandedIn { job: rows::id(&job_id)?, origin, state, reason }));
        }
    }
    Ok(None)
}

/// Whole names of files and folders only: `funds.md` is not the end of `refunds.md`.
fn end_of_path(name: &str) -> String {
    format!("/{name}")
}

//! Jobs as those see them who look after documents: each what is theirs to read, and what they handed in themselves.
//!
//! An item tells of a document. It is seen by whoever may read under the label that it was handed in with and, once it
//! has become a document, under the label that this one carries now.

use std::collections::{BTreeMap, HashMap};

use retrieval::access::{Clearance, Reach};
use retrieval::model::{JobId, PersonId};
use sqlx::{AssertSqlSafe, FromRow};

use super::job::{ItemLine, JobStatus};
use super::phrase::Phrase;
use super::{Store, StoreError, rows};

/// Jobs looked through at a time, and at most for one page: a page of somebody who sees few of many is short, not slow.
const LOOKED_THROUGH: usize = 200;
const MOST_LOOKED_THROUGH: usize = 5_000;

/// Who looks: what they may read, and whose jobs are theirs.
#[derive(Clone, Copy, Debug)]
pub struct Onlooker<'a> {
    pub clearance: &'a Clearance,
    pub person: Option<PersonId>,
}

/// A job in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobLine {
    pub job: JobId,
    pub kind: String,
    pub state: String,
    pub created_ms: i64,
    pub updated_ms: i64,
    /// Whether the onlooker began it.
    pub own: bool,
    /// How many of the items that the onlooker sees are in which state.
    pub items: BTreeMap<String, usize>,
}

/// Where a list of jobs goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobPassed {
    pub created_ms: i64,
    pub job: JobId,
}

#[derive(FromRow)]
struct JobRow {
    id: String,
    kind: String,
    state: String,
    created_ms: i64,
    updated_ms: i64,
    begun_by: String,
    source_tier: i64,
    source_groups: String,
}

#[derive(FromRow)]
struct CountRow {
    job_id: String,
    state: String,
    tier: i64,
    group_names: String,
    now_tier: i64,
    now_groups: String,
    many: i64,
}

#[derive(FromRow)]
struct ItemRow {
    origin: String,
    state: String,
    result_id: Option<String>,
    chunks: i64,
    reason: Option<String>,
    tier: i64,
    group_names: String,
    now_tier: i64,
    now_groups: String,
}

/// Of a document, or a source, that is not there.
const NOTHING: i64 = -1;

const JOBS: &str = "SELECT j.id, j.kind, j.state, j.created_ms, j.updated_ms, j.begun_by, \
                      COALESCE(s.tier, -1) AS source_tier, COALESCE(s.group_names, '') AS source_groups \
                    FROM jobs j LEFT JOIN sources s ON s.id = j.source_id WHERE j.workspace_id = ";

impl Store {
    /// The newest first, those after this one; and where to go on, when there is more.
    pub async fn jobs(
        &self,
        onlooker: Onlooker<'_>,
        after: Option<JobPassed>,
        limit: usize,
    ) -> Result<(Vec<JobLine>, Option<JobPassed>), StoreError> {
        let (mut lines, mut passed) = (Vec::new(), after);
        for _ in 0..MOST_LOOKED_THROUGH / LOOKED_THROUGH {
            let page = self.jobs_page(onlooker, passed.as_ref()).await?;
            let is_last = page.len() < LOOKED_THROUGH;
            let mut counts = self.items_counted(onlooker, &page).await?;
            for row in page {
                let job = rows::id(&row.id)?;
                passed = Some(JobPassed { created_ms: row.created_ms, job });
                let items = counts.remove(&row.id).unwrap_or_default();
                if !items.is_empty() || sees_bare(onlooker, &row)? {
                    lines.push(line(onlooker, row, job, items));
                }
                if lines.len() == limit {
                    return Ok((lines, passed));
                }
            }
            if is_last {
                return Ok((lines, None));
            }
        }
        Ok((lines, passed))
    }

    /// A job with those of its items that the onlooker sees; `None` when they know of nothing in it.
    pub async fn job_seen(&self, onlooker: Onlooker<'_>, job: JobId) -> Result<Option<JobStatus>, StoreError> {
        let mut phrase = Phrase::new(JOBS);
        let (workspace, id) = (phrase.text(onlooker.clearance.workspace().to_string()), phrase.text(job.to_string()));
        phrase.push(&format!("{workspace} AND j.id = {id}"));
        let Some(row) = phrase.fetch_all::<JobRow>(&self.reader).await?.pop() else { return Ok(None) };
        let select = "SELECT i.origin, i.state, i.result_id, i.chunks, i.reason, i.tier, i.group_names, \
                        COALESCE(d.tier, -1) AS now_tier, COALESCE(d.group_names, '') AS now_groups \
                      FROM job_items i LEFT JOIN documents d ON d.id = i.result_id \
                      WHERE i.job_id = $1 ORDER BY i.ordinal";
        let found: Vec<ItemRow> = sqlx::query_as(select).bind(&row.id).fetch_all(&self.reader).await?;
        let mut items = Vec::new();
        for item in found {
            if sees(onlooker, (item.tier, &item.group_names), (item.now_tier, &item.now_groups))? {
                let document = item.result_id.map(|id| rows::id(&id)).transpose()?;
                let (origin, state, chunks) = (item.origin, item.state, rows::size(item.chunks));
                items.push(ItemLine { origin, state, document, chunks, reason: item.reason });
            }
        }
        let seen = !items.is_empty() || sees_bare(onlooker, &row)?;
        Ok(seen.then_some(JobStatus { job, state: row.state, items }))
    }

    /// Who handed in what this job brings.
    pub async fn job_set_begun_by(&self, job: JobId, person: PersonId) -> Result<(), StoreError> {
        sqlx::query("UPDATE jobs SET begun_by = $1 WHERE id = $2")
            .bind(person.to_string())
            .bind(job.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn jobs_page(&self, onlooker: Onlooker<'_>, after: Option<&JobPassed>) -> Result<Vec<JobRow>, StoreError> {
        let mut phrase = Phrase::new(JOBS);
        let workspace = phrase.text(onlooker.clearance.workspace().to_string());
        phrase.push(&workspace);
        if let Some(JobPassed { created_ms, job }) = after {
            let (ms, job) = (phrase.number(*created_ms), phrase.text(job.to_string()));
            phrase.push(&format!(" AND (j.created_ms < {ms} OR (j.created_ms = {ms} AND j.id < {job}))"));
        }
        phrase.push(&format!(" ORDER BY j.created_ms DESC, j.id DESC LIMIT {LOOKED_THROUGH}"));
        phrase.fetch_all(&self.reader).await
    }

    async fn items_counted(
        &self,
        onlooker: Onlooker<'_>,
        jobs: &[JobRow],
    ) -> Result<HashMap<String, BTreeMap<String, usize>>, StoreError> {
        let mut counts: HashMap<String, BTreeMap<String, usize>> = HashMap::new();
        if jobs.is_empty() {
            return Ok(counts);
        }
        let select = format!(
            "SELECT i.job_id, i.state, i.tier, i.group_names, COALESCE(d.tier, -1) AS now_tier, \
               COALESCE(d.group_names, '') AS now_groups, COUNT(*) AS many \
             FROM job_items i LEFT JOIN documents d ON d.id = i.result_id WHERE i.job_id IN ({}) \
             GROUP BY i.job_id, i.state, i.tier, i.group_names, COALESCE(d.tier, -1), COALESCE(d.group_names, '')",
            rows::placeholders(1, jobs.len())
        );
        let query = jobs.iter().fold(sqlx::query_as(AssertSqlSafe(select)), |query, job| query.bind(&job.id));
        let found: Vec<CountRow> = query.fetch_all(&self.reader).await?;
        for row in found {
            if sees(onlooker, (row.tier, &row.group_names), (row.now_tier, &row.now_groups))? {
                *counts.entry(row.job_id).or_default().entry(row.state).or_default() += rows::size(row.many);
            }
        }
        Ok(counts)
    }
}

fn line(onlooker: Onlooker<'_>, row: JobRow, job: JobId, items: BTreeMap<String, usize>) -> JobLine {
    let own = is_own(onlooker, &row.begun_by);
    JobLine {
        job,
        kind: row.kind,
        state: row.state,
        created_ms: row.created_ms,
        updated_ms: row.updated_ms,
        own,
        items,
    }
}

fn is_own(onlooker: Onlooker<'_>, begun_by: &str) -> bool {
    onlooker.person.is_some_and(|person| person.to_string() == begun_by)
}

/// Whether an item is seen, by the label that it came with and the one that its document has now.
pub(super) fn sees(onlooker: Onlooker<'_>, came: (i64, &str), now: (i64, &str)) -> Result<bool, StoreError> {
    let admits = |(tier, groups): (i64, &str)| -> Result<bool, StoreError> {
        Ok(onlooker.clearance.admits(onlooker.clearance.workspace(), &rows::label(tier, groups)?))
    };
    Ok(admits(came)? && (now.0 == NOTHING || admits(now)?))
}

/// Whether a job is seen of which no item is: one's own, a crawl of a source that one reads, and any by who reads all.
fn sees_bare(onlooker: Onlooker<'_>, row: &JobRow) -> Result<bool, StoreError> {
    let everything = match onlooker.clearance.reach() {
        Reach::Everything => true,
        Reach::UpTo(_) => false,
    };
    let source = match row.source_tier {
        NOTHING => false,
        tier => {
            let label = rows::label(tier, &row.source_groups)?;
            onlooker.clearance.admits(onlooker.clearance.workspace(), &label)
        }
    };
    Ok(everything || source || is_own(onlooker, &row.begun_by))
}

//! Jobs as those see them who look after documents: lists and single ones. What of them somebody sees is for `onlooker`.

use std::collections::{BTreeMap, HashMap};

use retrieval::model::{JobId, PersonId, SourceId};
use sqlx::{AssertSqlSafe, FromRow};

use super::diary::LogLine;
use super::item::ItemLine;
use super::job::{JobKind, JobState};
use super::onlooker::{Eyes, Onlooker};
use super::phrase::Phrase;
use super::stage::StageLine;
use super::{Store, StoreError, rows};

/// Jobs looked through at a time, and at most for one page: a page of somebody who sees few of many is short, not slow.
const LOOKED_THROUGH: usize = 200;
const MOST_LOOKED_THROUGH: usize = 5_000;

/// Which jobs are asked for; `None` is any.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JobFilter {
    pub kind: Option<JobKind>,
    pub state: Option<JobState>,
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
    /// Where its items come from, when that is a source of which the onlooker reads what comes.
    pub source: Option<SourceId>,
    /// Whether somebody wants it stopped.
    pub stop_asked: bool,
    /// Why it waits, or how it ended.
    pub note: Option<String>,
    /// How many of the items that the onlooker sees are in which state.
    pub items: BTreeMap<String, usize>,
    /// How far it is; for whom its numbers tell nothing of what they do not see.
    pub stages: Vec<StageLine>,
}

/// A job with a page of its items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobSeen {
    pub line: JobLine,
    /// What happened to it, the newest last.
    pub log: Vec<LogLine>,
    pub items: Vec<ItemLine>,
    /// The ordinal behind which there is more.
    pub next: Option<i64>,
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
    stop_asked: i64,
    note: String,
    source_id: Option<String>,
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
    ordinal: i64,
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

const JOBS: &str = "SELECT j.id, j.kind, j.state, j.created_ms, j.updated_ms, j.begun_by, j.stop_asked, j.note, \
                      j.source_id, COALESCE(s.tier, -1) AS source_tier, COALESCE(s.group_names, '') AS source_groups \
                    FROM jobs j LEFT JOIN sources s ON s.id = j.source_id WHERE j.workspace_id = ";

impl Store {
    /// The newest first, those after this one; and where to go on, when there is more.
    pub async fn jobs(
        &self,
        onlooker: Onlooker<'_>,
        filter: JobFilter,
        after: Option<JobPassed>,
        limit: usize,
    ) -> Result<(Vec<JobLine>, Option<JobPassed>), StoreError> {
        let (mut lines, mut passed) = (Vec::new(), after);
        for _ in 0..MOST_LOOKED_THROUGH / LOOKED_THROUGH {
            let page = self.jobs_page(onlooker, filter, passed.as_ref()).await?;
            let Some(last) = page.last() else { return Ok((lines, None)) };
            let last = JobPassed { created_ms: last.created_ms, job: rows::id(&last.id)? };
            let is_last = page.len() < LOOKED_THROUGH;
            for line in self.lines(onlooker, page).await? {
                passed = Some(JobPassed { created_ms: line.created_ms, job: line.job });
                lines.push(line);
                if lines.len() == limit {
                    return Ok((lines, passed));
                }
            }
            if is_last {
                return Ok((lines, None));
            }
            passed = Some(last);
        }
        Ok((lines, passed))
    }

    /// How a job stands, as far as the onlooker sees; `None` when they know of nothing in it.
    pub async fn job_line(&self, onlooker: Onlooker<'_>, job: JobId) -> Result<Option<JobLine>, StoreError> {
        let mut phrase = Phrase::new(JOBS);
        let (workspace, id) = (phrase.text(onlooker.clearance.workspace().to_string()), phrase.text(job.to_string()));
        phrase.push(&format!("{workspace} AND j.id = {id}"));
        let found = phrase.fetch_all::<JobRow>(&self.reader).await?;
        Ok(self.lines(onlooker, found).await?.pop())
    }

    /// The same with those of its items that the onlooker sees, behind this ordinal and as many as that.
    pub async fn job_seen(
        &self,
        onlooker: Onlooker<'_>,
        job: JobId,
        (after, limit): (i64, usize),
    ) -> Result<Option<JobSeen>, StoreError> {
        let Some(line) = self.job_line(onlooker, job).await? else { return Ok(None) };
        let log = self.job_log(job).await?;
        let (mut items, mut passed, mut last) = (Vec::new(), after, after);
        loop {
            let page = self.items_page(job, passed).await?;
            let is_last = page.len() < LOOKED_THROUGH;
            for item in page {
                passed = item.ordinal;
                if !onlooker.sees((item.tier, &item.group_names), (item.now_tier, &item.now_groups))? {
                    continue;
                }
                if items.len() == limit {
                    return Ok(Some(JobSeen { line, log, items, next: Some(last) }));
                }
                last = item.ordinal;
                let document = item.result_id.map(|id| rows::id(&id)).transpose()?;
                let (origin, state, chunks) = (item.origin, item.state, rows::size(item.chunks));
                items.push(ItemLine { origin, state, document, chunks, reason: item.reason });
            }
            if is_last {
                return Ok(Some(JobSeen { line, log, items, next: None }));
            }
        }
    }

    async fn items_page(&self, job: JobId, after: i64) -> Result<Vec<ItemRow>, StoreError> {
        let select = format!(
            "SELECT i.ordinal, i.origin, i.state, i.result_id, i.chunks, i.reason, i.tier, i.group_names, \
               COALESCE(d.tier, -1) AS now_tier, COALESCE(d.group_names, '') AS now_groups \
             FROM job_items i LEFT JOIN documents d ON d.id = i.result_id \
             WHERE i.job_id = $1 AND i.ordinal > $2 ORDER BY i.ordinal LIMIT {LOOKED_THROUGH}"
        );
        Ok(sqlx::query_as(AssertSqlSafe(select)).bind(job.to_string()).bind(after).fetch_all(&self.reader).await?)
    }

    /// Those of these jobs that are seen, in their order.
    async fn lines(&self, onlooker: Onlooker<'_>, page: Vec<JobRow>) -> Result<Vec<JobLine>, StoreError> {
        let mut counts = self.items_counted(onlooker, &page).await?;
        let ids: Vec<String> = page.iter().map(|row| row.id.clone()).collect();
        let mut stages = self.stages_of(&ids).await?;
        let mut lines = Vec::new();
        for row in page {
            let job = rows::id(&row.id)?;
            let (items, eyes) = (counts.remove(&row.id).unwrap_or_default(), row.seen_by(onlooker)?);
            if items.is_empty() && !eyes.see_all {
                continue;
            }
            let stages = stages.remove(&job).filter(|_| eyes.see_all).unwrap_or_default();
            lines.push(line(row, job, eyes, (items, stages))?);
        }
        Ok(lines)
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

    async fn jobs_page(
        &self,
        onlooker: Onlooker<'_>,
        filter: JobFilter,
        after: Option<&JobPassed>,
    ) -> Result<Vec<JobRow>, StoreError> {
        let mut phrase = Phrase::new(JOBS);
        let workspace = phrase.text(onlooker.clearance.workspace().to_string());
        phrase.push(&workspace);
        if let Some(kind) = filter.kind {
            let kind = phrase.text(kind.as_str().to_owned());
            phrase.push(&format!(" AND j.kind = {kind}"));
        }
        if let Some(state) = filter.state {
            let state = phrase.text(state.as_str().to_owned());
            phrase.push(&format!(" AND j.state = {state}"));
        }
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
            if onlooker.sees((row.tier, &row.group_names), (row.now_tier, &row.now_groups))? {
                *counts.entry(row.job_id).or_default().entry(row.state).or_default() += rows::size(row.many);
            }
        }
        Ok(counts)
    }
}

impl JobRow {
    fn seen_by(&self, onlooker: Onlooker<'_>) -> Result<Eyes, StoreError> {
        Eyes::of(onlooker, &self.kind, &self.begun_by, (self.source_tier, &self.source_groups))
    }
}

fn line(
    row: JobRow,
    job: JobId,
    eyes: Eyes,
    (items, stages): (BTreeMap<String, usize>, Vec<StageLine>),
) -> Result<JobLine, StoreError> {
    let source = row.source_id.filter(|_| eyes.read_its_source).map(|source| rows::id(&source)).transpose()?;
    Ok(JobLine {
        job,
        kind: row.kind,
        state: row.state,
        created_ms: row.created_ms,
        updated_ms: row.updated_ms,
        own: eyes.own,
        source,
        stop_asked: row.stop_asked != 0,
        note: Some(row.note).filter(|note| !note.is_empty()),
        items,
        stages,
    })
}

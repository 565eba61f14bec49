//! What crosses the wire about jobs: how they stand, stage by stage and item by item, and what is asked of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::is_url;
use crate::library::{ItemLine, JobLine, JobSeen, LogLine, StageLine, bare_origin};

#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobsQuery {
    pub after: Option<String>,
    pub limit: Option<usize>,
    /// `ingest`, `crawl`, `reconcile`, `expire`, `reindex` or `backup`.
    pub kind: Option<String>,
    /// `open`, `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: Option<String>,
}

#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobEventsQuery {
    /// At most so long, up to 3,600, which is the default. With 0 it is told how the job stands, and that is all.
    pub for_seconds: Option<u64>,
}

/// How much of a stage is done.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, ToSchema)]
pub struct JobStageReply {
    pub name: String,
    pub done: usize,
    /// 0 while it is not known.
    pub total: usize,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, ToSchema)]
pub struct JobLogReply {
    pub at_ms: i64,
    /// `begun`, `taken_over`, `handed_back`, `set_back`, `stop_asked`, `done`, `failed` or `cancelled`.
    pub event: String,
    pub why: Option<String>,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, ToSchema)]
pub struct JobLineReply {
    pub job: String,
    /// `ingest`, `crawl`, `reconcile`, `expire`, `reindex` or `backup`.
    pub kind: String,
    /// `open`, `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    pub updated_ms: i64,
    /// Whether the viewer began it.
    pub own: bool,
    /// The source that its items come from, where the viewer reads what comes from there.
    pub source: Option<String>,
    /// Whether somebody wants it stopped.
    pub stop_asked: bool,
    /// Why it waits, or how it ended.
    pub note: Option<String>,
    /// How many of the items that the viewer sees are in which state.
    pub items: BTreeMap<String, usize>,
    /// How far it is; for whoever may know its numbers.
    pub stages: Vec<JobStageReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Jobs {
    pub jobs: Vec<JobLineReply>,
    pub next: Option<String>,
}

/// One item of a job; `path` or `url`, as it was named.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ItemReply {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub status: String,
    pub document_id: Option<String>,
    pub chunks: usize,
    pub reason: Option<String>,
}

/// A job with a page of its items.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct JobReply {
    pub job: String,
    pub kind: String,
    pub state: String,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    pub updated_ms: i64,
    pub own: bool,
    pub source: Option<String>,
    pub stop_asked: bool,
    pub note: Option<String>,
    /// How many of the items that the viewer sees are in which state.
    pub counts: BTreeMap<String, usize>,
    pub stages: Vec<JobStageReply>,
    /// What happened to it, the newest last.
    pub log: Vec<JobLogReply>,
    /// Those that the viewer sees, in their order.
    pub items: Vec<ItemReply>,
    /// Where the items go on; none at their end.
    pub next: Option<String>,
}

/// What failed in a job, or in any of the last days, is tried again.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    pub job: Option<String>,
}

/// The job that tries again; none when nothing failed, or everything was handed in again since.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Retried {
    pub job: Option<String>,
}

impl From<ItemLine> for ItemReply {
    fn from(line: ItemLine) -> Self {
        let origin = bare_origin(&line.origin).to_owned();
        let (path, url) = if is_url(&origin) { (None, Some(origin)) } else { (Some(origin), None) };
        let document_id = line.document.map(|document| document.to_string());
        Self { path, url, status: line.state, document_id, chunks: line.chunks, reason: line.reason }
    }
}

impl From<StageLine> for JobStageReply {
    fn from(StageLine { name, done, total }: StageLine) -> Self {
        Self { name, done, total }
    }
}

impl From<LogLine> for JobLogReply {
    fn from(LogLine { at_ms, event, why }: LogLine) -> Self {
        Self { at_ms, event, why }
    }
}

impl From<JobLine> for JobLineReply {
    fn from(line: JobLine) -> Self {
        let JobLine { job, kind, state, created_ms, updated_ms, own, source, stop_asked, note, items, stages } = line;
        let (job, source) = (job.to_string(), source.map(|source| source.to_string()));
        let stages = stages.into_iter().map(JobStageReply::from).collect();
        Self { job, kind, state, created_ms, updated_ms, own, source, stop_asked, note, items, stages }
    }
}

impl JobReply {
    /// `next` says where its items go on.
    pub fn new(seen: JobSeen, next: Option<String>) -> Self {
        let JobLineReply { job, kind, state, created_ms, updated_ms, own, source, stop_asked, note, items, stages } =
            seen.line.into();
        let (counts, items) = (items, seen.items.into_iter().map(ItemReply::from).collect());
        let log = seen.log.into_iter().map(JobLogReply::from).collect();
        Self {
            job,
            kind,
            state,
            created_ms,
            updated_ms,
            own,
            source,
            stop_asked,
            note,
            counts,
            stages,
            log,
            items,
            next,
        }
    }
}

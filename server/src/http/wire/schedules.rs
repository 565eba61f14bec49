//! What crosses the wire about what begins by itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::library::Planned;

/// When something begins by itself.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRequest {
    /// `every 6 h`, or the five fields of cron, in UTC.
    pub expression: String,
    /// Without it, yes.
    #[serde(default = "on")]
    pub enabled: bool,
}

fn on() -> bool {
    true
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ScheduleReply {
    /// `reconcile`, `expire`, `reindex` or `backup`, which the house does for itself, or the id of a source.
    pub schedule: String,
    /// `crawl`, `reconcile`, `expire`, `reindex` or `backup`.
    pub kind: String,
    /// Of the source.
    pub address: Option<String>,
    pub expression: String,
    pub enabled: bool,
    /// Milliseconds since 1970; none while it is not enabled.
    pub next_ms: Option<i64>,
    /// When it last began something.
    pub last_ms: Option<i64>,
    pub last_job: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Schedules {
    pub schedules: Vec<ScheduleReply>,
}

impl From<Planned> for ScheduleReply {
    fn from(Planned { schedule, address }: Planned) -> Self {
        let there = |ms: i64| (ms > 0).then_some(ms);
        Self {
            schedule: schedule.name,
            kind: schedule.kind.as_str().to_owned(),
            address,
            expression: schedule.expression,
            enabled: schedule.is_on,
            next_ms: there(schedule.next_ms).filter(|_| schedule.is_on),
            last_ms: there(schedule.last_ms),
            last_job: schedule.last_job.map(|job| job.to_string()),
        }
    }
}

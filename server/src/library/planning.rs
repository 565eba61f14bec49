//! Planning: what begins by itself, and when. The clock is asked, never waited for: one that jumps begins nothing twice and
//! leaves nothing out for longer than its own time.

use std::time::Duration;

use retrieval::access::Clearance;
use retrieval::model::JobId;

use super::when::{Expression, ExpressionError};
use super::{Library, LibraryError};
use crate::store::{JobKind, NewSchedule, Schedule, Source};

/// What the house does for itself unless it is told otherwise.
const OF_THE_HOUSE: [(JobKind, &str); 2] = [(JobKind::Reconcile, "every 1 h"), (JobKind::Expire, "every 1 d")];

impl From<ExpressionError> for LibraryError {
    fn from(error: ExpressionError) -> Self {
        Self::Plan(error.to_string())
    }
}

/// A schedule and the address of its source, if it is of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    pub schedule: Schedule,
    pub address: Option<String>,
}

impl Library {
    /// The schedules of the house, where nobody set up others.
    pub async fn ensure_schedules(&self) -> Result<(), LibraryError> {
        let backups = self.vault.as_ref().map(|_| (JobKind::Backup, "every 1 d"));
        for (kind, expression) in OF_THE_HOUSE.into_iter().chain(backups) {
            let new = NewSchedule { kind, source: None, expression: expression.to_owned(), is_on: true };
            self.store.schedule_ensure(self.workspace, &new).await?;
        }
        Ok(())
    }

    /// Begin what is due, again and again, until cancelled.
    pub async fn keep_schedules(&self, pause: Duration) {
        loop {
            match self.begin_due().await {
                Ok(begun) => begun.iter().for_each(|job| tracing::info!(job.id = %job, "a job began by its schedule")),
                Err(error) => tracing::warn!(%error, "the schedules could not be read; will try again"),
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Begin everything that is due now. However long ago that was, it begins once.
    pub async fn begin_due(&self) -> Result<Vec<JobId>, LibraryError> {
        let (now, mut begun) = (self.store.clock().now_ms(), Vec::new());
        for schedule in self.store.schedules(self.workspace).await?.into_iter().filter(|schedule| schedule.is_on) {
            let Ok(expression) = Expression::parse(&schedule.expression) else {
                tracing::error!(schedule.name, "a schedule cannot be read and begins nothing");
                continue;
            };
            let next = expression.next_after(now, schedule.anchor_ms);
            let is_worked_out = schedule.next_ms > 0 && schedule.next_ms <= next;
            if is_worked_out && schedule.next_ms <= now {
                begun.extend(self.store.schedule_begin(self.workspace, &schedule, next, &self.owner).await?);
            } else if !is_worked_out {
                // New, or later than it could be: set by a clock that was ahead.
                self.store.schedule_set_next(self.workspace, &schedule, next).await?;
            }
        }
        Ok(begun)
    }

    /// The schedules of sources of which they read what comes, and with `of_the_house` those of the house.
    pub async fn schedules(
        &self,
        clearance: &Clearance,
        of_the_house: OfTheHouse,
    ) -> Result<Vec<Planned>, LibraryError> {
        let mut seen = Vec::new();
        for schedule in self.store.schedules(self.workspace).await? {
            let source = match schedule.source {
                Some(source) => self.source(clearance, &source.to_string()).await?,
                None => None,
            };
            let is_seen = source.is_some() || (schedule.source.is_none() && of_the_house == OfTheHouse::Too);
            let address = source.map(|status| status.source.address);
            seen.extend(is_seen.then_some(Planned { schedule, address }));
        }
        Ok(seen)
    }

    /// Have a source crawled by itself.
    pub async fn plan_crawls(&self, source: &Source, wish: Wish<'_>) -> Result<Planned, LibraryError> {
        let schedule = self.plan(JobKind::Crawl, Some(source), wish).await?;
        Ok(Planned { schedule, address: Some(source.address.clone()) })
    }

    /// Have the house do something for itself at other times.
    pub async fn plan_upkeep(&self, kind: JobKind, wish: Wish<'_>) -> Result<Planned, LibraryError> {
        Ok(Planned { schedule: self.plan(kind, None, wish).await?, address: None })
    }

    /// A source is crawled when somebody says so; false when it was so before.
    pub async fn unplan(&self, source: &Source) -> Result<bool, LibraryError> {
        Ok(self.store.schedule_remove(self.workspace, &source.id.to_string()).await?)
    }

    async fn plan(&self, kind: JobKind, source: Option<&Source>, wish: Wish<'_>) -> Result<Schedule, LibraryError> {
        let expression = Expression::parse(wish.expression)?;
        let (source, is_on) = (source.map(|source| source.id), wish.is_on);
        let new = NewSchedule { kind, source, expression: expression.to_string(), is_on };
        let schedule = self.store.schedule_put(self.workspace, &new).await?;
        let next_ms = expression.next_after(self.store.clock().now_ms(), schedule.anchor_ms);
        self.store.schedule_set_next(self.workspace, &schedule, next_ms).await?;
        Ok(Schedule { next_ms, ..schedule })
    }
}

/// When something should begin, and whether it does at present.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish<'a> {
    pub expression: &'a str,
    pub is_on: bool,
}

/// Whether what the house does for itself is shown, too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfTheHouse {
    Too,
    Not,
}

//! Crawling: sites are visited, and what a visit brings becomes ordinary ingest jobs.
//!
//! A crawl waits for the site most of its time, so it has a worker of its own and never holds up an upload.

use ingest::crawl::plan::Plan;
use ingest::crawl::{Crawl, CrawlError, Progress, Summary};
use retrieval::model::JobId;

use super::running::Ending;
use super::{Library, LibraryError};
use crate::store::{JobKind, Lease, Source, SqlLedger};

/// A job that visited a source, or should have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crawled {
    pub job: JobId,
    /// `None` when it was forgotten meanwhile.
    pub source: Option<Source>,
    /// What came of it; `None` when it did not come to its end.
    pub summary: Option<Summary>,
}

impl Crawled {
    pub(super) fn ending(&self) -> Ending<()> {
        if self.summary.is_some() { Ending::Done(()) } else { Ending::Cancelled }
    }
}

impl Library {
    /// Visit one source whose turn it is, if there is any; what came of it.
    pub async fn crawl(&self, progress: &(dyn Fn(&Progress) + Send + Sync)) -> Result<Option<Crawled>, LibraryError> {
        let Some(run) = self.begin(JobKind::Crawl).await? else { return Ok(None) };
        let job = run.lease.job;
        let Some(source) = self.source_of(&run.lease).await? else {
            self.store.job_finish(&run.lease).await?;
            return Ok(Some(Crawled { job, source: None, summary: None }));
        };
        let heard = |round: &Progress| {
            run.stage("pages", round.asked, round.asked + round.waiting);
            progress(round);
        };
        let ended = self.carry_out(&run, self.visit(&run.lease, &source, &heard)).await;
        if !matches!(ended, Ok(Ending::Done(_))) {
            self.store.job_close_batches(source.id, &self.owner).await?;
        }
        let summary = match ended {
            Ok(Ending::Done(summary)) => {
                self.store.source_set_problems(source.id, &summary.problems).await?;
                self.tell_index().await?;
                Some(summary)
            }
            Err(LibraryError::Plan(why)) => {
                self.store.source_set_problems(source.id, &[why]).await?;
                None
            }
            Ok(Ending::Cancelled | Ending::Lost) => None,
            Err(error) => return Err(error),
        };
        Ok(Some(Crawled { job, source: Some(source), summary }))
    }

    async fn visit(
        &self,
        lease: &Lease,
        source: &Source,
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Result<Summary, LibraryError> {
        let plan = self.introduced(&source.plan);
        let ledger = SqlLedger::new(self.store.clone(), lease.clone(), source.clone(), self.owner.clone());
        let crawl = Crawl {
            plan: &plan,
            fetch: self.web.fetch_for(&plan),
            survey: &*self.web.survey,
            ledger: &ledger,
            progress,
        };
        crawl.run().await.map_err(|error| match error {
            CrawlError::Plan(error) => LibraryError::Plan(error.to_string()),
            CrawlError::Ledger(error) => error.into(),
        })
    }

    /// The name by which robots.txt is read is the one that the site is told.
    pub(super) fn introduced(&self, plan: &Plan) -> Plan {
        let user_agent = plan.user_agent.clone().or_else(|| Some(self.web.user_agent.clone()));
        Plan { user_agent, ..plan.clone() }
    }

    pub(super) async fn source_of(&self, lease: &Lease) -> Result<Option<Source>, LibraryError> {
        match lease.source {
            Some(source) => Ok(self.store.sources_named(self.workspace, &source.to_string()).await?.pop()),
            None => Ok(None),
        }
    }
}

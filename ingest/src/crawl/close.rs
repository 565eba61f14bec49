//! The end of a round: what is missing now, and whether that is too much to believe.

use super::Summary;
use super::address::Address;
use super::frontier::{Kind, Task};
use super::ledger::{Farewell, Verdict};
use super::ports::LedgerError;
use super::round::Round;

/// Of the pages that were live, so many may leave in one round without a person.
const MOST_LEAVING_PERCENT: usize = 30;

impl Round<'_> {
    /// See what is missing, and end the round.
    pub async fn close(mut self) -> Result<Summary, LedgerError> {
        self.leave_the_rest().await?;
        let mut farewell = Farewell::default();
        let leaving = self.leaving();
        if !self.start_answered() {
            self.problems.push("no start address could be fetched, so nothing was removed".to_owned());
        } else if leaving.len() * 100 > self.live_before * MOST_LEAVING_PERCENT {
            let (many, all) = (leaving.len(), self.live_before);
            self.problems.push(format!("{many} of {all} pages are gone at once: they stay until somebody confirms"));
            farewell.hold = leaving;
        } else {
            farewell.retire = leaving.into_iter().map(|(address, _)| address).collect();
        }
        self.caller.crawl.ledger.finish(&farewell).await?;
        let (retired, held) = (farewell.retire.len(), farewell.hold.len());
        Ok(Summary { progress: self.progress, retired, held, problems: self.problems })
    }

    /// What waits when the limit of pages is reached.
    async fn leave_the_rest(&mut self) -> Result<(), LedgerError> {
        let origins = self.frontier.origins();
        let tasks: Vec<Task> = origins.iter().flat_map(|origin| self.frontier.drain(origin.origin())).collect();
        let why = format!("the limit of {} pages was reached", self.caller.crawl.plan.pages);
        let pages = tasks.into_iter().filter(|task| task.kind == Kind::Page);
        let settled: Vec<_> = pages.map(|task| (task.address, Verdict::OutOfScope(why.clone()))).collect();
        if !settled.is_empty() {
            self.note_problem(why);
        }
        self.record(settled).await
    }

    fn start_answered(&self) -> bool {
        let failed = |verdict: &Verdict| {
            use Verdict as V;
            matches!(verdict, V::Waiting | V::Failed(_) | V::Gone(_) | V::Robots | V::TooLarge(_) | V::Unsupported(_))
        };
        self.caller.bounds.start().iter().any(|start| self.verdicts.get(start).is_some_and(|verdict| !failed(verdict)))
    }

    /// Live addresses whose page is not there any more, by what this round saw, and why.
    fn leaving(&self) -> Vec<(Address, String)> {
        let is_good = |other: &str| {
            Address::parse(other).is_ok_and(|other| self.verdicts.get(&other).is_some_and(Verdict::is_good))
        };
        let leaves = |address: &Address, verdict: &Verdict| match verdict {
            Verdict::Gone(_) | Verdict::NoIndex => true,
            Verdict::DuplicateOf(other) => is_good(other),
            Verdict::RedirectedTo(other) => is_good(other) || self.moved_away.contains(address),
            // What had no room in this round stays.
            Verdict::OutOfScope(_) => self.left_out.contains(address),
            _ => false,
        };
        let mut leaving: Vec<_> = self
            .live
            .keys()
            .filter_map(|address| self.verdicts.get(address).map(|verdict| (address, verdict)))
            .filter(|(address, verdict)| leaves(address, verdict))
            .map(|(address, verdict)| (address.clone(), verdict.sentence()))
            .collect();
        leaving.sort();
        leaving
    }
}

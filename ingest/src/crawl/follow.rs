//! Where pages lead: which addresses wait from now on, and which are turned away, with the reason.

use super::address::Address;
use super::frontier::Task;
use super::ledger::{Found, Verdict, Via};
use super::ports::LedgerError;
use super::round::Round;

/// Addresses that were turned away and are kept with their reason; of the others, `explain` tells.
const MOST_TURNED_AWAY: usize = 5000;

impl Round<'_> {
    /// Judge addresses that a page leads to: some wait from now on, some are turned away with a reason.
    pub async fn follow(
        &mut self,
        from: &Address,
        links: impl Iterator<Item = Address>,
        depth: u32,
        via: Via,
    ) -> Result<(), LedgerError> {
        let (mut found, mut refused) = (Vec::new(), Vec::new());
        for address in links {
            if self.verdicts.contains_key(&address) {
                continue;
            }
            match self.judge(&address, depth, via) {
                Ok(()) => {
                    self.verdicts.insert(address.clone(), Verdict::Waiting);
                    found.push(Found { address, depth, via, from: Some(from.clone()) });
                }
                Err(verdict) if self.turned_away < MOST_TURNED_AWAY => {
                    self.turned_away += 1;
                    self.verdicts.insert(address.clone(), verdict.clone());
                    refused.push((address, verdict));
                }
                Err(_) => {}
            }
        }
        self.enqueue(&found).await?;
        self.record(refused).await
    }

    /// Where a page sends its readers, with the redirects counted.
    pub async fn follow_one(&mut self, task: &Task, to: &Address, via: Via) -> Result<(), LedgerError> {
        if via != Via::Redirect || self.verdicts.contains_key(to) {
            return self.follow(&task.address, std::iter::once(to.clone()), task.depth, via).await;
        }
        if let Err(verdict) = self.judge(to, task.depth, via) {
            return self.record(vec![(to.clone(), verdict)]).await;
        }
        let found = Found { address: to.clone(), depth: task.depth, via, from: Some(task.address.clone()) };
        self.caller.crawl.ledger.discover(&[found]).await?;
        self.verdicts.insert(to.clone(), Verdict::Waiting);
        let next = Task { hops: task.hops + 1, ..Task::page(to.clone(), task.depth, via) };
        self.frontier.push(next, (1, task.depth));
        Ok(())
    }

    fn judge(&mut self, address: &Address, depth: u32, via: Via) -> Result<(), Verdict> {
        self.caller.bounds.admits(address, depth, via).map_err(Verdict::OutOfScope)?;
        // What waits may be ten times what will be asked for, not more: the rest is found again in the next round.
        let most = self.caller.crawl.plan.pages.saturating_mul(10).max(1000);
        if self.frontier.len() >= most {
            return Err(Verdict::OutOfScope(format!("more than {most} addresses wait already")));
        }
        self.traps.admit(address).map_err(Verdict::Trap)
    }
}

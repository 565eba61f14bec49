//! A page that is there: whether it is handed in.
//!
//! In the order in which a page is judged: what it says of itself, whether another page has the same, where it leads,
//! and only then whether it is handed in. Links are in the ledger before the verdict of their page is: a crawl that is
//! killed between the two asks for the page again and loses nothing.

use super::address::Address;
use super::frontier::Task;
use super::ledger::{HandIn, Verdict, Via};
use super::ports::LedgerError;
use super::round::{Round, Site};
use super::visit::Content;

const MOST_LINKS: usize = 1000;

impl Round<'_> {
    /// Judge a page that is there.
    pub async fn read(&mut self, task: Task, content: Content) -> Result<(), LedgerError> {
        let links = self.links(&task, &content);
        if content.says_noindex() {
            self.follow(&task.address, links.into_iter(), task.depth + 1, Via::Link).await?;
            return self.record(vec![(task.address, Verdict::NoIndex)]).await;
        }
        if self.is_nowhere(&task, &content) {
            return self.record(vec![(task.address, Verdict::Gone(200))]).await;
        }
        if let Some(to) = self.refresh(&task, &content) {
            let verdict = self.redirected(&task, Ok(to), false).await?;
            return self.record(vec![(task.address, verdict)]).await;
        }
        if let Some(real) = self.canonical(&task, &content) {
            self.follow_one(&task, &real, Via::Canonical).await?;
            if self.verdicts.get(&real).is_some_and(|verdict| verdict.is_good() || *verdict == Verdict::Waiting) {
                self.follow(&task.address, links.into_iter(), task.depth + 1, Via::Link).await?;
                return self.defer(task, real).await;
            }
        }
        let unchanged = self.live.get(&task.address).is_some_and(|mark| mark.body == Some(content.hash));
        if let Some(other) = self.copy_of(&task, &content).filter(|_| !unchanged) {
            // Its links are those of the other; where they are relative, they are what an endless site is made of.
            return self.record(vec![(task.address, Verdict::DuplicateOf(other.to_string()))]).await;
        }
        self.learn(&task, &content);
        self.follow(&task.address, links.into_iter(), task.depth + 1, Via::Link).await?;
        self.bodies.entry(content.hash).or_insert_with(|| task.address.clone());
        if unchanged {
            return self.record(vec![(task.address, Verdict::Unchanged)]).await;
        }
        self.hand_in(task, content).await
    }

    /// Let another page stand for this one, unless that turns out not to be there.
    async fn defer(&mut self, task: Task, real: Address) -> Result<(), LedgerError> {
        self.record(vec![(task.address.clone(), Verdict::DuplicateOf(real.to_string()))]).await?;
        if self.verdicts.get(&real) == Some(&Verdict::Waiting) {
            self.deferring.entry(real).or_default().push(task);
        }
        Ok(())
    }

    async fn hand_in(&mut self, task: Task, content: Content) -> Result<(), LedgerError> {
        if !task.address.fits_an_origin() {
            let why = "its address is too long for a document".to_owned();
            return self.record(vec![(task.address, Verdict::Unsupported(why))]).await;
        }
        let Content { bytes, content_type, mark, .. } = content;
        let page = HandIn { address: task.address.clone(), bytes, content_type, mark };
        let verdict = self.caller.crawl.ledger.hand_in(page).await?;
        self.note(task.address, verdict);
        Ok(())
    }

    fn links(&self, task: &Task, content: &Content) -> Vec<Address> {
        let Some((survey, _)) = content.page.as_ref().filter(|(survey, _)| !survey.nofollow) else { return Vec::new() };
        if content.tags.nofollow {
            return Vec::new();
        }
        survey.links.iter().take(MOST_LINKS).filter_map(|link| task.address.join(link).ok()).collect()
    }

    /// Whether the page is what its site shows for anything that does not exist. Never the start: where everything
    /// shows the home page, the home page is still one.
    fn is_nowhere(&self, task: &Task, content: &Content) -> bool {
        let Some(Site::Met { nowhere: Some(nowhere), .. }) = self.sites.get(task.address.origin()) else {
            return false;
        };
        let imprint = content.page.as_ref().and_then(|(_, imprint)| imprint.whole());
        task.via != Via::Start && imprint == Some(*nowhere)
    }

    fn refresh(&self, task: &Task, content: &Content) -> Option<Address> {
        let to = task.address.join(content.page.as_ref()?.0.refresh.as_deref()?).ok()?;
        let admitted = self.caller.bounds.admits(&to, task.depth, Via::Redirect).is_ok();
        (admitted && to != task.address).then_some(to)
    }

    /// The address that the page says is its real one, where that can be believed.
    fn canonical(&self, task: &Task, content: &Content) -> Option<Address> {
        let real = task.address.join(content.page.as_ref()?.0.canonical.as_deref()?).ok()?;
        let judged = self.verdicts.get(&real);
        // A template that names the home page everywhere would leave nothing else.
        let template = real.url().path() == "/" && task.address.url().path() != "/";
        let there = judged.is_none_or(|verdict| verdict.is_good() || *verdict == Verdict::Waiting);
        let wanted = judged.is_some() || self.caller.bounds.admits(&real, task.depth, Via::Canonical).is_ok();
        (real != task.address && !task.own && !template && there && wanted).then_some(real)
    }

    fn copy_of(&self, task: &Task, content: &Content) -> Option<Address> {
        let other = self.bodies.get(&content.hash).filter(|other| **other != task.address)?;
        self.verdicts.get(other).is_some_and(Verdict::is_good).then(|| other.clone())
    }

    fn learn(&mut self, task: &Task, content: &Content) {
        if let Some((_, imprint)) = &content.page {
            let stale = self.novelty.is_stale(imprint);
            // A page that was taken before has shown that its kind is worth it.
            if !self.live.contains_key(&task.address) {
                self.traps.learn(&task.address, stale);
            }
        }
    }
}

impl Content {
    fn says_noindex(&self) -> bool {
        self.tags.noindex || self.page.as_ref().is_some_and(|(survey, _)| survey.noindex)
    }
}

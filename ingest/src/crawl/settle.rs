//! What an answer comes to: rules, sitemaps, redirects, and answers without a page.
//!
//! A page that is there is judged next door (`page.rs`).

use tokio::time::Instant;

use super::address::Address;
use super::frontier::Task;
use super::ledger::{Verdict, Via};
use super::politeness::{Ending, MOST_PAUSE};
use super::ports::LedgerError;
use super::robots::Standing;
use super::round::{Round, Site};
use super::sitemap::Sitemap;
use super::visit::{ATTEMPTS, Answer, Visit, back_off};

const MOST_REDIRECTS: u32 = 5;
const MOST_SITEMAPS: usize = 500;
const MOST_SITEMAP_LEVELS: u32 = 2;

impl Round<'_> {
    pub async fn settle(&mut self, visit: Visit) -> Result<(), LedgerError> {
        match visit {
            Visit::Met { origin, standing, nowhere } => {
                self.ended(&origin, &met(&standing));
                self.met(&origin, standing, nowhere);
                Ok(())
            }
            Visit::Sitemap { task, level, read } => {
                self.ended(&task.address, &Ending::Answered);
                self.listed(&task, level, read).await
            }
            Visit::Page { task, answer } => {
                self.ended(&task.address, &ending(&answer));
                self.page(task, answer).await
            }
        }
    }

    fn ended(&mut self, address: &Address, ending: &Ending) {
        self.visited(address.host());
        self.polite.end(address.host(), ending, Instant::now());
    }

    fn met(&mut self, origin: &Address, standing: Standing, nowhere: Option<u64>) {
        let site = match standing {
            Standing::Deferred(why) => Site::Deferred(why),
            Standing::Known(robots) => {
                if let Some(delay) = robots.delay() {
                    self.polite.slow_down(origin.host(), delay);
                }
                if self.caller.crawl.plan.sitemap && self.caller.bounds.is_home(origin) {
                    let named: Vec<Address> = robots.sitemaps().collect();
                    let usual = origin.join("/sitemap.xml").ok().filter(|_| named.is_empty());
                    named.into_iter().chain(usual).for_each(|address| self.ask_sitemap(address, 0));
                }
                Site::Met { robots, nowhere }
            }
        };
        self.sites.insert(origin.origin().to_owned(), site);
    }

    async fn listed(&mut self, task: &Task, level: u32, read: Result<Sitemap, String>) -> Result<(), LedgerError> {
        let sitemap = match read {
            Ok(sitemap) => sitemap,
            Err(why) => {
                self.note_problem(why);
                return Ok(());
            }
        };
        sitemap.problems.into_iter().for_each(|problem| self.note_problem(problem));
        for other in sitemap.sitemaps {
            if level < MOST_SITEMAP_LEVELS && self.sitemaps.len() < MOST_SITEMAPS {
                self.ask_sitemap(other, level + 1);
            }
        }
        let pages = sitemap.pages.into_iter().map(|listed| listed.address);
        self.follow(&task.address, pages, 1, Via::Sitemap).await
    }

    async fn page(&mut self, task: Task, answer: Answer) -> Result<(), LedgerError> {
        let verdict = match answer {
            Answer::Again { wait, .. } if task.attempts + 1 < ATTEMPTS => {
                let attempts = task.attempts + 1;
                let at = Instant::now() + wait.unwrap_or_default().min(MOST_PAUSE).max(back_off(attempts));
                self.frontier.push_later(Task { attempts, ..task }, at);
                return Ok(());
            }
            Answer::Again { why, .. } => Verdict::Failed(format!("{why}, {ATTEMPTS} times")),
            Answer::Redirect { to, for_good } => self.redirected(&task, to, for_good).await?,
            Answer::Same(tags) if tags.noindex => Verdict::NoIndex,
            Answer::Same(_) => {
                if let Some(body) = self.live.get(&task.address).and_then(|mark| mark.body) {
                    self.bodies.entry(body).or_insert_with(|| task.address.clone());
                }
                Verdict::Unchanged
            }
            Answer::Page(content) => return self.read(task, *content).await,
            Answer::Gone(status) => Verdict::Gone(status),
            Answer::TooLarge(why) => Verdict::TooLarge(why),
            Answer::Unsupported(why) => Verdict::Unsupported(why),
            Answer::Failed(why) => Verdict::Failed(why),
        };
        self.record(vec![(task.address, verdict)]).await
    }

    pub async fn redirected(
        &mut self,
        task: &Task,
        to: Result<Address, String>,
        for_good: bool,
    ) -> Result<Verdict, LedgerError> {
        let to = match to {
            Ok(to) => to,
            Err(why) => return Ok(Verdict::Failed(why)),
        };
        if to == task.address || self.leads_back(&to, &task.address) {
            return Ok(Verdict::Failed("its redirects lead in a circle".to_owned()));
        }
        if is_login(&to) && !is_login(&task.address) {
            return Ok(Verdict::Failed(format!("it asks for a login, at {to}")));
        }
        if task.hops >= MOST_REDIRECTS {
            return Ok(Verdict::Failed(format!("it redirects more than {MOST_REDIRECTS} times")));
        }
        if for_good && self.caller.bounds.admits(&to, task.depth, Via::Redirect).is_err() {
            self.moved_away.insert(task.address.clone());
        }
        self.follow_one(task, &to, Via::Redirect).await?;
        Ok(Verdict::RedirectedTo(to.to_string()))
    }

    /// Whether the redirects that this round saw lead from one address to another.
    fn leads_back(&self, from: &Address, to: &Address) -> bool {
        let mut at = from.clone();
        for _ in 0..2 * MOST_REDIRECTS {
            let Some(Verdict::RedirectedTo(next)) = self.verdicts.get(&at) else { return false };
            let Ok(next) = Address::parse(next) else { return false };
            if next == *to {
                return true;
            }
            at = next;
        }
        false
    }
}

fn met(standing: &Standing) -> Ending {
    match standing {
        Standing::Known(_) => Ending::Answered,
        Standing::Deferred(why) => Ending::Failing { why: why.clone(), wait: None },
    }
}

fn ending(answer: &Answer) -> Ending {
    match answer {
        Answer::Again { why, wait } => Ending::Failing { why: why.clone(), wait: *wait },
        _ => Ending::Answered,
    }
}

/// Whether an address looks like the door of a site. A page that sends us there is not gone.
fn is_login(address: &Address) -> bool {
    const DOORS: [&str; 8] = ["login", "log-in", "log_in", "signin", "sign-in", "sign_in", "authorize", "wp-login.php"];
    let mut segments = address.url().path_segments().into_iter().flatten();
    segments.any(|segment| DOORS.contains(&segment.to_ascii_lowercase().as_str()))
}

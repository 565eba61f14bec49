//! Canaries: a check of the house by itself that nothing leaks.
//!
//! Marked documents of every tier and group are planted in a house that nobody lives in, with the models and the code of
//! this one but a database and an index of its own: in the house itself a canary would be one more thing that a reader could
//! find, and its jobs could be taken up by the worker of another workspace. Then everybody who may read less asks by every
//! way there is, and every byte that comes back is looked through for marks that are not theirs. Whoever finds nothing at all
//! of what is theirs is reported too: a check that sees nothing proves nothing.
//!
//! Knows no HTTP: requests go through a [`Mouth`], whoever that is.

mod flock;
mod leavings;
mod marks;
mod ports;
mod requests;
mod watch;

use std::sync::Arc;

use async_trait::async_trait;
use retrieval::access::AccessError;
use retrieval::ports::{EmbedError, IndexError, ShelfError};

use crate::answer::Answerer;
use crate::config::Secret;
use crate::library::{Library, LibraryError, Upload};
use crate::people::{People, PeopleError};
use crate::store::StoreError;

pub use crate::store::CanaryRun;
use flock::Bird;
use leavings::Left;
use marks::Marked;
pub use watch::{Cages, NoCages, Watch};

/// A house that nobody lives in.
pub struct Cage {
    pub people: People,
    pub library: Arc<Library>,
    pub answerer: Answerer,
    pub mouth: Arc<dyn Mouth>,
    /// Goes with the cage.
    pub folder: Option<tempfile::TempDir>,
}

/// Answers requests as the house answers them from outside.
#[async_trait]
pub trait Mouth: Send + Sync {
    async fn answer(&self, request: &Request) -> Heard;
}

/// What somebody holds out with a request.
#[derive(Clone, Debug)]
pub enum Credential {
    Nothing,
    Cookie(Secret),
    Bearer(Secret),
}

#[derive(Clone, Debug)]
pub struct Request {
    pub credential: Credential,
    pub method: &'static str,
    /// As the table of routes has it, for the report.
    pub route: &'static str,
    pub path: String,
    /// JSON, or nothing.
    pub body: String,
    /// Whether the answer is to come as it is worked out.
    pub aloud: bool,
}

/// Everything that came back: the status, every header, the body.
#[derive(Clone, Debug)]
pub struct Heard {
    pub status: u16,
    pub bytes: Vec<u8>,
}

/// What a sweep came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    pub probes: usize,
    /// Who saw what, and which way.
    pub leaks: Vec<String>,
    /// Who did not find what is theirs.
    pub blind: Vec<String>,
}

impl Report {
    pub fn is_sound(&self) -> bool {
        self.leaks.is_empty() && self.blind.is_empty()
    }

    fn leak(&mut self, sentence: String) {
        if !self.leaks.contains(&sentence) {
            self.leaks.push(sentence);
        }
    }
}

/// Why there was no sweep.
#[derive(Debug, thiserror::Error)]
pub enum CanaryError {
    #[error("a check for leaks runs already: wait for it to end")]
    Busy,
    #[error("there is no place for canaries: {0}")]
    NoCage(String),
    #[error("the canaries were not taken in: {0}")]
    NotPlanted(String),
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(transparent)]
    People(#[from] PeopleError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Shelf(#[from] ShelfError),
}

impl Cage {
    /// Plant, ask, look through what comes back.
    pub async fn sweep(&self) -> Result<Report, CanaryError> {
        let marked = self.plant().await?;
        let birds = flock::gather(&self.people, &marked).await?;
        let (mut report, mut left) = (Report::default(), Left::default());
        for bird in &birds {
            self.leave(bird, &marked, &mut left).await;
        }
        // Before anybody asks for what is hidden: of what somebody typed without reading it, those may hear who read as little.
        for bird in &birds {
            self.ask(bird, requests::of_what_was_asked(bird), &marked, &mut report).await;
        }
        for bird in &birds {
            ports::probe(self, bird, &marked, &mut report).await?;
            self.ask(bird, requests::all(bird, &marked, &left), &marked, &mut report).await;
            self.look_for_theirs(bird, &marked, &mut report).await;
        }
        Ok(report)
    }

    /// Hand in documents of every label, and wait until they are read.
    async fn plant(&self) -> Result<Marked, CanaryError> {
        let mut marked = Marked::new(&self.library.store.clock().new_id().to_string());
        for group in &marked.groups {
            self.library.store.group_insert(self.library.workspace, group).await?;
        }
        let upload = |planted: &marks::Planted| Upload {
            origin: planted.origin.clone(),
            bytes: planted.text.clone().into_bytes(),
            label: planted.label.clone(),
        };
        let mut intake = self.library.intake().await?;
        intake.add(marked.documents.iter().map(upload).collect()).await?;
        marked.job = intake.close().await?.to_string();
        while self.library.work(&|_, _| {}).await?.is_some() {}
        for planted in &mut marked.documents {
            let found = self.library.find(&self.library.clearance, &planted.origin).await?;
            planted.document = found.first().copied();
            if planted.document.is_none() {
                return Err(CanaryError::NotPlanted(format!("the one of tier {} is missing", planted.label.tier)));
            }
        }
        Ok(marked)
    }

    /// Ask as this bird, and look through every reply.
    async fn ask(&self, bird: &Bird, requests: Vec<Request>, marked: &Marked, report: &mut Report) {
        for request in requests {
            let heard = self.mouth.answer(&request).await;
            report.probes += 1;
            let seen = marks::tokens_in(&heard.bytes);
            let asked = format!("{} {}", request.path, request.body);
            for mark in marked.hidden_from(bird) {
                // What the request itself named is no news to whoever sent it.
                if seen.contains(&mark.token) && !asked.contains(&mark.token) {
                    let way = format!("{} {}", request.method, request.route);
                    report.leak(format!("{} saw {} by {way}", bird.name, mark.of_what));
                }
            }
        }
    }

    /// A check that sees nothing finds no leak either.
    async fn look_for_theirs(&self, bird: &Bird, marked: &Marked, report: &mut Report) {
        let request = requests::everything(bird);
        let heard = self.mouth.answer(&request).await;
        report.probes += 1;
        let seen = marks::tokens_in(&heard.bytes);
        for planted in marked.documents.iter().filter(|planted| bird.may_read(&planted.label)) {
            if !seen.contains(&planted.title) {
                report.blind.push(format!("{} does not find {}, which is theirs", bird.name, planted.of_what()));
            }
        }
    }
}
